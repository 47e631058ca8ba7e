from tortoise import migrations
from tortoise.migrations import operations as ops
from app.models.person import PasswordKind
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0005_priority')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Invitation',
            name='email',
            field=fields.CharField(null=True, description='The only mailbox that it is for', max_length=254),
        ),
        ops.AddField(
            model_name='Invitation',
            name='new_email',
            field=fields.CharField(null=True, description='The address that two mailboxes confirm', max_length=254),
        ),
        ops.AddField(
            model_name='Invitation',
            name='phone',
            field=fields.CharField(null=True, description='The only phone that it is for, in E.164', max_length=20),
        ),
        ops.AddField(
            model_name='Person',
            name='password_kind',
            field=fields.CharEnumField(default=PasswordKind.OWN, description='Where the password comes from', enum_type=PasswordKind, max_length=10),
        ),
    ]
