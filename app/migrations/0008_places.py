from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields
from tortoise.migrations.constraints import UniqueConstraint

from app.models.text import fold

OWNERS = {"organizations": "workspace_id", "departments": "organization_id", "sites": "workspace_id"}


async def fill(apps, editor):
    """Places say their names again as they are compared; the later one of two that are the same bears its id too."""
    client = editor.client
    marks = ("$1", "$2") if client.capabilities.dialect == "postgres" else ("?", "?")
    for table, owner in OWNERS.items():
        taken = set()
        for row in await client.execute_query_dict(f"SELECT id, name, {owner} AS owner FROM {table} ORDER BY id"):
            key = (row["owner"], fold(row["name"])[:200])
            key = (*key[:1], f"{key[1]} {row['id']}") if key in taken else key
            taken.add(key)
            statement = f"UPDATE {table} SET sort_name = %s WHERE id = %s" % marks
            await client.execute_query(statement, [key[1], row["id"]])


class Migration(migrations.Migration):
    dependencies = [('models', '0007_inbox')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Department',
            name='sort_name',
            field=fields.CharField(default='', description='Folded: no case, no accents', max_length=250),
        ),
        ops.AddField(
            model_name='Department',
            name='version',
            field=fields.IntField(default=1),
        ),
        ops.AddField(
            model_name='Organization',
            name='sort_name',
            field=fields.CharField(default='', description='Folded: no case, no accents', max_length=250),
        ),
        ops.AddField(
            model_name='Organization',
            name='version',
            field=fields.IntField(default=1),
        ),
        ops.AddField(
            model_name='Site',
            name='sort_name',
            field=fields.CharField(default='', description='Folded: no case, no accents', max_length=250),
        ),
        ops.AddField(
            model_name='Site',
            name='version',
            field=fields.IntField(default=1),
        ),
        ops.AddField(
            model_name='Workspace',
            name='version',
            field=fields.IntField(default=1, description='Grows with every change of the settings'),
        ),
        ops.RunPython(fill),
        ops.AddConstraint(
            model_name='Department',
            constraint=UniqueConstraint(fields=('organization', 'sort_name'), name=None),
        ),
        ops.AddConstraint(
            model_name='Organization',
            constraint=UniqueConstraint(fields=('workspace', 'sort_name'), name=None),
        ),
        ops.AddConstraint(
            model_name='Site',
            constraint=UniqueConstraint(fields=('workspace', 'sort_name'), name=None),
        ),
    ]
