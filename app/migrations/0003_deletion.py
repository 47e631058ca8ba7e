from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0002_access')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Request',
            name='deleted_at',
            field=fields.DatetimeField(null=True, description='Since then no path shows it', auto_now=False, auto_now_add=False),
        ),
    ]
