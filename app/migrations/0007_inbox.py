from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from uuid_utils.compat import uuid7
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0006_invitation')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Digest',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('workspace', fields.ForeignKeyField('models.Workspace', source_field='workspace_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('person', fields.ForeignKeyField('models.Person', source_field='person_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('due_at', fields.DatetimeField(null=True, db_index=True, description='Null while nothing waits for it', auto_now=False, auto_now_add=False)),
                ('last_on', fields.DateField(null=True, description='The day of the last one, where the workspace is')),
                ('upto', fields.BigIntField(default=0, description='The newest notification that one has told')),
            ],
            options={'table': 'digests', 'app': 'models', 'unique_together': (('person',),), 'pk_attr': 'id'},
            bases=['WorkspaceRow'],
        ),
        ops.AddField(
            model_name='Notification',
            name='digest',
            field=fields.BooleanField(default=False, description='Whether the daily e-mail tells it if it is unread'),
        ),
        ops.AddField(
            model_name='Notification',
            name='live',
            field=fields.BooleanField(default=True, description='Whether it is in the inbox, and told at once'),
        ),
        ops.AddField(
            model_name='Person',
            name='watches',
            field=fields.BooleanField(default=False, description='Whether they chose to be told of new requests'),
        ),
        ops.AddIndex(
            model_name='Person',
            index=Index(fields=['workspace_id', 'watches']),
        ),
    ]
