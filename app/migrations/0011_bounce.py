from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0010_calendar')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Person',
            name='email_bounced_at',
            field=fields.DatetimeField(null=True, description='When mail to the present address came back', auto_now=False, auto_now_add=False),
        ),
    ]
