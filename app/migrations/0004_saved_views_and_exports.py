from tortoise import migrations
from tortoise.migrations import operations as ops
from app.models.base import now
from app.models.export_job import ExportReason, ExportState
from app.models.listing import ListName
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0003_deletion')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='ExportJob',
            name='list_name',
            field=fields.CharEnumField(description='CONTACTS: CONTACTS\nWORKERS: WORKERS\nUSERS: USERS\nREQUESTS: REQUESTS', enum_type=ListName, max_length=40),
        ),
        ops.AlterField(
            model_name='ExportJob',
            name='owner',
            field=fields.ForeignKeyField('models.Person', source_field='owner_id', db_constraint=True, to_field='id', related_name='export_jobs', on_delete=OnDelete.RESTRICT),
        ),
        ops.AlterField(
            model_name='ExportJob',
            name='state',
            field=fields.CharEnumField(default=ExportState.QUEUED, description='QUEUED: QUEUED\nRUNNING: RUNNING\nDONE: DONE\nCANCELLED: CANCELLED\nFAILED: FAILED\nEXPIRED: EXPIRED', enum_type=ExportState, max_length=12),
        ),
        ops.AlterField(
            model_name='ExportJob',
            name='where',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='ExportJob',
            name='attempts',
            field=fields.IntField(default=0),
        ),
        ops.AddField(
            model_name='ExportJob',
            name='expires_at',
            field=fields.DatetimeField(null=True, description='When the file is deleted', auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='ExportJob',
            name='next_attempt_at',
            field=fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='ExportJob',
            name='reason',
            field=fields.CharEnumField(null=True, description='ASKED: ASKED\nACCESS_ENDED: ACCESS_ENDED\nTOO_MANY_ROWS: TOO_MANY_ROWS\nBROKEN: BROKEN', enum_type=ExportReason, max_length=20),
        ),
        ops.AddField(
            model_name='ExportJob',
            name='rights',
            field=fields.JSONField(default=list, description='[[permission, scope]] of who asked: never more than these', encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='ExportJob',
            name='title',
            field=fields.CharField(null=True, description='The name of the view that it was made of', max_length=120),
        ),
        ops.AddField(
            model_name='ExportJob',
            name='total',
            field=fields.IntField(null=True, description='Rows to write, as counted at the start'),
        ),
        ops.AddIndex(
            model_name='ExportJob',
            index=Index(fields=['state', 'next_attempt_at']),
        ),
        ops.AddIndex(
            model_name='ExportJob',
            index=Index(fields=['owner_id', 'id']),
        ),
        ops.AlterField(
            model_name='SavedView',
            name='columns',
            field=fields.JSONField(default=list, description='Names of columns, in order', encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AlterField(
            model_name='SavedView',
            name='list_name',
            field=fields.CharEnumField(description='CONTACTS: CONTACTS\nWORKERS: WORKERS\nUSERS: USERS\nREQUESTS: REQUESTS', enum_type=ListName, max_length=40),
        ),
        ops.AlterField(
            model_name='SavedView',
            name='order_by',
            field=fields.JSONField(default=list, description='[{field, direction}]', encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AlterField(
            model_name='SavedView',
            name='owner',
            field=fields.ForeignKeyField('models.Person', source_field='owner_id', db_constraint=True, to_field='id', related_name='saved_views', on_delete=OnDelete.RESTRICT),
        ),
        ops.AlterField(
            model_name='SavedView',
            name='shared',
            field=fields.BooleanField(default=False, description='For all staff of the workspace'),
        ),
        ops.AlterField(
            model_name='SavedView',
            name='where',
            field=fields.JSONField(null=True, description='The filter as clients write it', encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='SavedView',
            name='updated_at',
            field=fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
        ),
        ops.AddIndex(
            model_name='SavedView',
            index=Index(fields=['workspace_id', 'name', 'id']),
        ),
        ops.AddConstraint(
            model_name='SavedView',
            constraint=UniqueConstraint(fields=('owner', 'list_name', 'name'), name=None),
        ),
    ]
