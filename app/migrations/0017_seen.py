from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields


class Migration(migrations.Migration):
    dependencies = [('models', '0016_role_names')]

    initial = False

    operations = [
        ops.AddField(
            model_name='ExportJob',
            name='seen',
            field=fields.JSONField(null=True, description='What its owner saw when the file was made: who sees less has no file', encoder=JSON_DUMPS, decoder=loads),
        ),
        # Nobody knows with which eyes these files were made: their time is over.
        ops.RunSQL("UPDATE export_jobs SET expires_at = finished_at WHERE state = 'DONE'"),
    ]
