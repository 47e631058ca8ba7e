from tortoise import migrations
from tortoise.migrations import operations as ops

from app.models.text import fold


async def fill(apps, editor):
    """People are found by their trade too; few trades have many people."""
    client = editor.client
    marks = ("$1", "$2") if client.capabilities.dialect == "postgres" else ("?", "?")
    statement = "UPDATE people SET search_text = substr(trim(search_text || ' ' || %s), 1, 2000) WHERE trade = %s" % marks
    for row in await client.execute_query_dict("SELECT DISTINCT trade FROM people WHERE trade IS NOT NULL"):
        await client.execute_query(statement, [fold(row["trade"]), row["trade"]])


class Migration(migrations.Migration):
    dependencies = [('models', '0017_seen')]

    initial = False

    operations = [
        ops.RunPython(fill),
    ]
