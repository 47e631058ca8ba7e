"""Which rows + selection set -> one SQL statement -> rows."""
