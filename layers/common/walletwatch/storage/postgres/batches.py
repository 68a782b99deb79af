"""Deleting many rows in batches, so that no statement runs long and no lock is held long."""

from collections.abc import Awaitable, Callable
from typing import Final

from walletwatch.storage.postgres.database import Connection, Database

DELETE_BATCH: Final = 5000

type Delete = Callable[[Connection], Awaitable[int]]
"""Deletes at most `DELETE_BATCH` rows, and returns how many went."""


async def in_batches(database: Database, delete: Delete) -> int:
    """Delete until there is less than a batch left; how many rows went in all."""
    total = 0
    while True:
        deleted = await database.run(delete)
        total += deleted
        if deleted < DELETE_BATCH:
            return total
