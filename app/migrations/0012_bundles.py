from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

# A null never collided, so the same grant could be stored twice.
TWICE = """DELETE FROM direct_grants WHERE bundle IS NULL AND EXISTS (
  SELECT 1 FROM direct_grants o WHERE o.person_id = direct_grants.person_id AND o.bundle IS NULL
    AND o.permission = direct_grants.permission AND o.scope = direct_grants.scope AND o.id < direct_grants.id)"""


class Migration(migrations.Migration):
    dependencies = [('models', '0011_bounce')]

    initial = False

    operations = [
        ops.RunSQL(TWICE),
        ops.RunSQL("UPDATE direct_grants SET bundle = '' WHERE bundle IS NULL"),
        ops.AlterField(
            model_name='DirectGrant',
            name='bundle',
            field=fields.CharField(default='', description='The box that it came with, empty for none', max_length=40),
        ),
    ]
