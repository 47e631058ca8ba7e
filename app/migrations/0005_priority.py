from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0004_saved_views_and_exports')]

    initial = False

    operations = [
        ops.AddIndex(
            model_name='Request',
            index=Index(fields=['workspace_id', 'priority', 'id', 'status']),
        ),
    ]
