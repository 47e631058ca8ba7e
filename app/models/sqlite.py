"""Tortoise's SQLite engine with BEGIN IMMEDIATE.

A plain BEGIN takes the write lock only at the first write, and two processes that read before they
write then fail with "database is locked" at once; BEGIN IMMEDIATE waits its turn instead.
"""

import sqlite3

from tortoise.backends.base.client import NestedTransactionContext, TransactionalDBClient, TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.connection import get_connections
from tortoise.exceptions import OperationalError


class ImmediateWrapper(SqliteTransactionWrapper):
    """A transaction that owns the write lock from its first statement."""

    async def begin(self) -> None:
        """Takes the write lock. Raises OperationalError if another process holds it for too long."""
        try:
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error

    async def execute_script(self, query: str) -> None:
        """Runs one statement; sqlite3's own executescript would commit the transaction first."""
        await self.execute_query(query)

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(ImmediateWrapper(self))


class ImmediateContext(SqliteTransactionContext):
    """Gives the connection back when the transaction could not begin, also to whoever was cancelled meanwhile."""

    connection: TransactionalDBClient

    async def __aenter__(self) -> TransactionalDBClient:
        await self._trxlock.acquire()
        try:
            await self.ensure_connection()
        except BaseException:
            self._trxlock.release()
            raise
        self.token = get_connections().set(self.connection_name, self.connection)
        try:
            await self.connection.begin()
        except BaseException as error:
            await self.__aexit__(type(error), error, None)
            raise
        return self.connection

    async def __aexit__(self, exc_type: object, exc_val: object, exc_tb: object) -> None:
        await super().__aexit__(exc_type, exc_val, exc_tb)


class ImmediateClient(SqliteClient):
    """The engine: `{"engine": "app.models.sqlite", "credentials": {"file_path": …}}`."""

    def _in_transaction(self) -> TransactionContext:
        return ImmediateContext(ImmediateWrapper(self), self._lock)


client_class = ImmediateClient
