"""The standup of a group by real processes: two at once, and one that is killed half way."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bot.dispatch import DEFAULT_TEAM
from storage import member as members
from storage import schema
from storage import team as teams
from storage.database import Database, Tx
from tests.conftest import POSTGRES
from tests.platforms.feishu_server import FeishuServer, Message
from tests.running import PATIENCE, Bot, real_now, running, until, write_config

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(
        not POSTGRES, reason="several replicas need PostgreSQL: set TEST_POSTGRES_URL"
    ),
    pytest.mark.parametrize("backend", ["postgresql"], indirect=True),
]
PEOPLE = 3


@pytest.fixture
async def feishu() -> AsyncIterator[FeishuServer]:
    async with FeishuServer() as server:
        yield server


def midday() -> ZoneInfo:
    """Where it is about noon now, so that a standup is not cut by midnight."""
    ahead = 12 - real_now().hour
    return ZoneInfo(f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT")


def configured(
    folder: Path, feishu: FeishuServer, database_url: str, *, opened: int, closes: int
) -> Path:
    """A standup that opened so many minutes ago and closes in so many."""
    now = real_now().astimezone(midday())
    at, closing = (now + timedelta(minutes=each) for each in (-opened, closes))
    return write_config(
        folder,
        feishu,
        database_url,
        f'[calendar]\ntimezone = "{midday().key}"\nworkdays = [{now:%Y-%m-%d}]\n'
        f'[standup]\nat = "{at:%H:%M}"\ncloses = "{closing:%H:%M}"\n',
    )


async def open_group(database: Database) -> None:
    """A group whose members have each spoken to the bot in private."""
    async with database.begin() as tx:
        yesterday = real_now() - timedelta(days=1)
        team = await teams.open_team(tx, DEFAULT_TEAM, at=yesterday)
        await tx.execute(sa.update(schema.team).values(created_at=yesterday))
        people = [(f"ou_{number}", f"成员{number}") for number in range(PEOPLE)]
        await members.meet(tx, team_id=team.id, platform="feishu", people=people, at=yesterday)
        for chat, person in [("oc_home", ""), *((f"oc_{who}", who) for who, _ in people)]:
            await teams.open_chat(
                tx,
                team_id=team.id,
                platform="feishu",
                external_id=chat,
                private=bool(person),
                name="项目群",
                person=person,
            )


@asynccontextmanager
async def two_running(config: Path) -> AsyncIterator[None]:
    """Started together, so that they meet at whatever is due."""
    bots = Bot(config), Bot(config)
    try:
        await asyncio.gather(*(each.start() for each in bots))
        yield
        for each in bots:
            each.process.terminate()
        await asyncio.gather(*(each.ended() for each in bots))
    finally:
        for each in bots:
            if each.process.returncode is None:
                await each.kill()


def said(message: Message, words: str) -> bool:
    return words in json.dumps(message.content, ensure_ascii=False)


def check_once(feishu: FeishuServer) -> None:
    """No message appeared twice, nor was one posted again under its uuid."""
    seen = Counter(
        (each.chat, json.dumps(each.content, sort_keys=True)) for each in feishu.messages
    )
    assert set(seen.values()) == {1}
    assert len(feishu.sent()) == len(feishu.messages)


async def claimed(database: Database) -> Counter[str]:
    async with database.begin() as tx:
        query = sa.select(schema.claim.c.job).where(
            schema.claim.c.job == "standup-open", schema.claim.c.note == ""
        )
        return Counter((await tx.execute(query)).scalars())


async def test_two_replicas_hold_a_standup_once(
    tmp_path: Path, feishu: FeishuServer, database: Database, database_url: str
) -> None:
    await open_group(database)
    # The opening is late, and four fifths of the time have just passed.
    config = configured(tmp_path, feishu, database_url, opened=8, closes=2)
    async with two_running(config):
        await until(lambda: len(feishu.messages) > PEOPLE, "the question and the reminders")
        await asyncio.sleep(0.3)  # for whoever would say it again
    assert Counter(each.chat for each in feishu.messages) == {
        "oc_home": 1,
        **{f"oc_ou_{number}": 1 for number in range(PEOPLE)},
    }
    assert said(feishu.messages[0], "站会开始")
    assert all(said(each, "还差你一句") for each in feishu.messages[1:])

    # They start again, and it has just been closed.
    config = configured(tmp_path, feishu, database_url, opened=8, closes=-1)
    async with two_running(config):
        await until(lambda: len(feishu.messages) > PEOPLE + 1, "the summary")
        await asyncio.sleep(0.3)
    assert [each.chat for each in feishu.messages[PEOPLE + 1 :]] == ["oc_home"]
    assert said(feishu.messages[-1], "站会小结")
    check_once(feishu)


async def test_a_bot_killed_between_claim_and_post_opens_once(
    tmp_path: Path, feishu: FeishuServer, database: Database, database_url: str
) -> None:
    config = configured(tmp_path, feishu, database_url, opened=0, closes=60)
    await open_group(database)
    bot = Bot(config)

    # The claim is taken; the letter has to wait for us, until the bot is dead.
    async with database.begin() as tx:
        await tx.execute(sa.text("LOCK TABLE outbox IN EXCLUSIVE MODE"))
        await bot.start()
        async with database.begin() as other:
            await _until_someone_waits(other)
        await bot.kill()
    assert await claimed(database) == {}
    assert feishu.messages == []

    async with running(config):
        await until(lambda: len(feishu.messages) > 0, "the question")
        await asyncio.sleep(0.3)
    assert sum(said(each, "站会开始") for each in feishu.messages) == 1
    check_once(feishu)
    assert await claimed(database) == {"standup-open": 1}


async def _until_someone_waits(tx: Tx) -> None:
    """Until a bot that has claimed its run stands before the outbox."""
    query = sa.text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'outbox'::regclass"
    )
    async with asyncio.timeout(PATIENCE):
        while not (await tx.execute(query)).scalar_one():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_bot_killed_while_its_post_is_under_way_opens_once(
    tmp_path: Path, database: Database, database_url: str
) -> None:
    class Slow(FeishuServer):
        """Shows a message, and takes its time to say so."""

        async def _handle(self, http):  # type: ignore[no-untyped-def]
            answer = await super()._handle(http)
            if self.messages:
                await asyncio.sleep(1 if len(self.sent()) == 1 else 0)
            return answer

    async with Slow() as feishu:
        config = configured(tmp_path, feishu, database_url, opened=0, closes=60)
        await open_group(database)
        bot = Bot(config)
        await bot.start()
        await until(lambda: len(feishu.messages) > 0, "the question")
        await bot.kill()

        # What the dead bot holds is due again when its lease ends; not a minute of ours.
        async with database.begin() as tx:
            await tx.execute(sa.text("UPDATE outbox SET due_at = now() WHERE sent_at IS NULL"))
        async with running(config):
            await until(lambda: len(feishu.sent()) > 1, "the same letter again")
            await asyncio.sleep(0.3)

        # It was posted twice under one uuid: Feishu shows it once.
        assert [said(each, "站会开始") for each in feishu.messages] == [True]
        assert len({each.json["uuid"] for each in feishu.sent()}) == 1
        assert await claimed(database) == {"standup-open": 1}
