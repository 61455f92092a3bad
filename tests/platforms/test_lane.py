"""Pairing a WeCom group with its group robot, over the real doors."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.app import App
from bot.config import Config
from bot.message import Chat, Incoming, Person
from storage import member as members
from storage import team as teams
from storage.database import Database
from tests.conftest import WEDNESDAY, HandClock
from tests.platforms.wecom_server import WecomServer

GROUP = Chat("wecom", "wrGroupOne")


@dataclass
class Site:
    app: App
    wecom: WecomServer
    said: int = 0

    async def say(self, text: str, chat: Chat = GROUP) -> None:
        self.said += 1
        await self.app.handle(
            Incoming(
                chat=chat,
                sender=Person("wangmin", "王敏"),
                id=f"bot:{self.said}",
                text=text,
                reply_token=self.wecom.response_url(f"code-{self.said}"),
                at=WEDNESDAY,
            )
        )
        await self.app.delivery.settle()

    async def lane(self, chat: Chat = GROUP) -> str:
        async with self.app.database.begin() as tx:
            found = await teams.find_chat(tx, platform="wecom", external_id=chat.id)
        return found.lane if found else ""

    @property
    def code(self) -> str:
        """What the robot showed in its group last."""
        shown = [each.text for each in self.wecom.messages if each.way == "robot"]
        found = re.search(r"验证码 (\d{6})", shown[-1])
        assert found is not None
        return found[1]

    @property
    def answered(self) -> str:
        return [each.text for each in self.wecom.messages if each.way == "answer"][-1]


@pytest.fixture
async def site(database: Database, database_url: str) -> AsyncIterator[Site]:
    async with WecomServer() as wecom:
        settings = wecom.settings()
        config = Config.model_validate(
            {
                "database": {"url": database_url},
                "console": {"enabled": False},
                "wecom": settings,
            }
        )
        app = App(config, real_time=HandClock(WEDNESDAY))
        await app.prepare()
        made = Site(app, wecom)
        await made.say("成员")
        async with database.begin() as tx:
            (team,) = await teams.all_teams(tx)
            (keeper,) = await members.in_team(tx, team.id)
            await members.set_roles(tx, keeper.id, ["项目经理"])
        yield made
        await app.stop()


async def test_the_group_that_sees_the_code_is_paired(site: Site) -> None:
    await site.say("绑定 群机器人 项目群")
    assert await site.lane() == ""

    await site.say(f"绑定 {site.code}")

    assert await site.lane() == "项目群"
    assert "已绑定群机器人「项目群」" in site.answered


async def test_another_group_may_be_the_right_one(site: Site) -> None:
    other = Chat("wecom", "wrGroupTwo")
    await site.say("绑定 群机器人 项目群")

    await site.say(f"绑定 {site.code}", other)

    assert (await site.lane(), await site.lane(other)) == ("", "项目群")


async def test_a_code_works_once(site: Site) -> None:
    other = Chat("wecom", "wrGroupTwo")
    await site.say("绑定 群机器人 项目群")
    code = site.code
    await site.say(f"绑定 {code}")

    await site.say(f"绑定 {code}", other)

    assert await site.lane(other) == ""
    assert "已经失效" in site.answered


async def test_guessing_ends(site: Site) -> None:
    await site.say("绑定 群机器人 项目群")
    code = site.code
    for _ in range(5):
        await site.say(f"绑定 {(int(code) + 1) % 10**6:06}")
        assert "验证码不对" in site.answered

    await site.say(f"绑定 {code}")

    assert await site.lane() == ""
    assert "已经失效" in site.answered


async def test_a_lane_must_be_configured(site: Site) -> None:
    await site.say("绑定 群机器人 别的群")

    assert "配置里有：项目群" in site.answered


async def test_the_key_never_appears_in_a_chat(site: Site) -> None:
    await site.say("绑定 群机器人 项目群")
    await site.say(f"绑定 {site.code}")

    assert "key-of-project-group" not in "".join(each.text for each in site.wecom.messages)
