from tortoise import migrations
from tortoise.migrations import operations as ops

from app.models.text import fold, phone_words


async def fill(apps, editor):
    """People are found by their phone number with dots between its parts, and with nothing between them."""
    client = editor.client
    marks = ("$1", "$2") if client.capabilities.dialect == "postgres" else ("?", "?")
    statement = "UPDATE people SET search_text = %s WHERE id = %s" % marks
    for row in await client.execute_query_dict("SELECT id, phone, search_text FROM people WHERE phone IS NOT NULL"):
        words, text = fold(phone_words(row["phone"])), row["search_text"]
        if words not in text:
            former, _dots, _plain = words.rsplit(" ", 2)
            await client.execute_query(statement, [text.replace(former, words)[:2000], row["id"]])


class Migration(migrations.Migration):
    dependencies = [('models', '0018_trades')]

    initial = False

    operations = [
        ops.RunPython(fill),
    ]
