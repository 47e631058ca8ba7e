from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0014_counting')]

    initial = False

    operations = [
        ops.RemoveIndex(
            model_name='Request',
            name=None,
            fields=['workspace_id', 'status', 'priority', 'id', 'deleted_at'],
        ),
        ops.AddIndex(
            model_name='Request',
            index=Index(fields=['workspace_id', 'status', 'deleted_at']),
        ),
    ]
