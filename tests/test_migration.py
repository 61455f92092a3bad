"""Migrations bring an empty database to exactly the tables that the code declares."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.errors import Misconfigured
from bot.parts import prepare_database
from storage import migration
from storage.database import Database
from storage.schema import metadata


async def test_nothing_is_missing_after_the_upgrade(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    await migration.upgrade(database)

    def differences(connection: sa.Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.begin() as tx:
        assert await tx.run_sync(differences) == []
    await database.close()


async def test_an_upgrade_may_be_repeated(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    assert await migration.current(database) is None

    await migration.upgrade(database)
    await migration.upgrade(database)

    assert await migration.current(database) == migration.newest()
    await database.close()


async def test_only_an_embedded_database_is_migrated_by_the_start(
    empty_database_url: str, backend: str
) -> None:
    database = Database(empty_database_url)
    if backend == "sqlite":
        await prepare_database(database)
        assert await migration.current(database) == migration.newest()
    else:
        with pytest.raises(Misconfigured, match="guanjia db upgrade"):
            await prepare_database(database)
    await database.close()


async def test_a_database_that_cannot_be_opened_is_named_without_its_password() -> None:
    database = Database("postgresql+asyncpg://someone:gehe1m@127.0.0.1:1/none")

    with pytest.raises(Misconfigured, match="cannot be opened") as problem:
        await prepare_database(database)

    assert "gehe1m" not in str(problem.value)
    await database.close()


async def test_a_transaction_inside_a_transaction_is_an_error_not_a_wait(
    database: Database,
) -> None:
    if not database.embedded:
        pytest.skip("PostgreSQL has many connections")
    with pytest.raises(RuntimeError, match="inside a transaction"):
        async with database.begin(), database.begin():
            pass
