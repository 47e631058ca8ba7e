from tortoise import migrations
from tortoise.migrations import operations as ops
from app.models.attachment import AttachmentState
from app.models.base import now
from tortoise.fields.base import OnDelete
from uuid_utils.compat import uuid7
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0008_places')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Attachment',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid7, unique=True, db_index=True)),
                ('workspace', fields.ForeignKeyField('models.Workspace', source_field='workspace_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('request', fields.ForeignKeyField('models.Request', source_field='request_id', db_constraint=True, to_field='id', related_name='attachments', on_delete=OnDelete.RESTRICT)),
                ('author', fields.ForeignKeyField('models.Person', source_field='author_id', db_index=True, db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.RESTRICT)),
                ('name', fields.CharField(max_length=200)),
                ('media_type', fields.CharField(max_length=120)),
                ('size', fields.BigIntField(description='In bytes')),
                ('internal', fields.BooleanField(default=False, description='Not for client contacts')),
                ('state', fields.CharEnumField(default=AttachmentState.PENDING, description='Where', enum_type=AttachmentState, max_length=10)),
                ('created_at', fields.DatetimeField(default=now, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'attachments', 'app': 'models', 'indexes': [Index(fields=['request_id', 'id'])], 'pk_attr': 'id'},
            bases=['WorkspaceRow'],
        ),
    ]
