from tortoise import migrations
from tortoise.migrations import operations as ops
from app.models.listing import ListName
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0012_bundles')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='ExportJob',
            name='list_name',
            field=fields.CharEnumField(description='Which list', enum_type=ListName, max_length=40),
        ),
        ops.AlterField(
            model_name='SavedView',
            name='list_name',
            field=fields.CharEnumField(description='Which list', enum_type=ListName, max_length=40),
        ),
    ]
