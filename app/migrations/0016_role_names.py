from itertools import count

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import UniqueConstraint

from app.models.text import fold

LONGEST_NAME, LONGEST_FOLDED = 120, 250


async def fill(apps, editor):
    """Roles say their names again as they are compared; the later one of two that are the same gets a number."""
    client = editor.client
    marks = ("$1", "$2", "$3") if client.capabilities.dialect == "postgres" else ("?", "?", "?")
    statement = "UPDATE roles SET name = %s, sort_name = %s WHERE id = %s" % marks
    rows = await client.execute_query_dict("SELECT id, name, workspace_id FROM roles ORDER BY is_system DESC, id")
    known = {(row["workspace_id"], compared(row["name"])) for row in rows}
    taken = set()
    for row in rows:
        name = row["name"]
        if (row["workspace_id"], compared(name)) in taken:
            name = next(each for each in numbered(name) if (row["workspace_id"], compared(each)) not in known)
        key = (row["workspace_id"], compared(name))
        known.add(key)
        taken.add(key)
        await client.execute_query(statement, [name, key[1], row["id"]])


def compared(name):
    return fold(name)[:LONGEST_FOLDED]


def numbered(name):
    for n in count(2):
        yield f"{name[:LONGEST_NAME - len(str(n)) - 1]} {n}"


class Migration(migrations.Migration):
    dependencies = [('models', '0015_narrower')]

    initial = False

    operations = [
        # Without a value at first: there are rows, and neither database would add the column to them otherwise.
        ops.AddField(
            model_name='Role',
            name='sort_name',
            field=fields.CharField(null=True, description='Folded: no case, no accents', max_length=250),
        ),
        ops.RunPython(fill),
        ops.AlterField(
            model_name='Role',
            name='sort_name',
            field=fields.CharField(default='', description='Folded: no case, no accents', max_length=250),
        ),
        ops.AddConstraint(
            model_name='Role',
            constraint=UniqueConstraint(fields=('workspace', 'sort_name'), name=None),
        ),
    ]
