from tortoise import migrations
from tortoise.migrations import operations as ops
from app.models.activity import ActivityKind
from app.models.audit_event import AuditKind
from orjson import loads
from tortoise import fields


async def fill(apps, editor):
    """Roles say their grants again as words; whoever is or was active has been activated."""
    client = editor.client
    marks = ("$1", "$2") if client.capabilities.dialect == "postgres" else ("?", "?")
    for role in await client.execute_query_dict("SELECT id, grants FROM roles"):
        grants = loads(role["grants"]) if isinstance(role["grants"], str | bytes) else role["grants"]
        words = "".join(f" {each['permission']}@{each['scope']} " for each in grants)
        statement = "UPDATE roles SET grant_words = %s WHERE id = %s" % marks
        await client.execute_query(statement, [words, role["id"]])
    was_active = "(status = 'ACTIVE' OR status_before = 'ACTIVE')"
    await client.execute_query(f"UPDATE people SET activated_at = created_at WHERE {was_active}")


class Migration(migrations.Migration):
    dependencies = [('models', '0001_initial')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Activity',
            name='kind',
            field=fields.CharEnumField(description='What happened', enum_type=ActivityKind, max_length=20),
        ),
        ops.AlterField(
            model_name='AuditEvent',
            name='kind',
            field=fields.CharEnumField(description='What was done', enum_type=AuditKind, max_length=40),
        ),
        ops.AlterField(
            model_name='Notification',
            name='kind',
            field=fields.CharEnumField(description='What happened', enum_type=ActivityKind, max_length=20),
        ),
        ops.AddField(
            model_name='Person',
            name='activated_at',
            field=fields.DatetimeField(null=True, description='First activation, after which the username is fixed', auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Role',
            name='grant_words',
            field=fields.TextField(default='', description='The grants again, so that a condition can look for one', unique=False),
        ),
        ops.RunPython(fill),
    ]
