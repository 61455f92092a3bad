"""What nobody needs is forgotten; the ledger is not."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.app import App
from storage.schema import claim, entry, inbox, outbox
from tests.conftest import WEDNESDAY, Room


async def count(app: App, table: sa.Table) -> int:
    async with app.database.begin() as tx:
        found = await tx.execute(sa.select(sa.func.count()).select_from(table))
        return int(found.scalar_one())


async def oldest(app: App, column: sa.Column[datetime]) -> datetime:
    async with app.database.begin() as tx:
        found: datetime | None = await tx.scalar(sa.select(sa.func.min(column)))
    assert found is not None
    return found


async def test_old_messages_go_and_entries_stay(room: Room, app: App) -> None:
    await room.say("王敏", "设置 站会 关")
    await room.say("王敏", "设置 星星 关")
    await room.say("王敏", "任务 写周报 明天")
    assert await count(app, inbox) == 3

    await room.wait_until(WEDNESDAY + timedelta(days=29))
    assert await count(app, inbox) == 3
    await room.wait_until(WEDNESDAY + timedelta(days=31))
    assert await count(app, inbox) == 0
    assert await oldest(app, outbox.c.written_at) == WEDNESDAY
    await room.wait_until(WEDNESDAY + timedelta(days=91))

    assert await oldest(app, outbox.c.written_at) > WEDNESDAY
    assert await count(app, entry) == 1
    assert await oldest(app, claim.c.slot) > WEDNESDAY
