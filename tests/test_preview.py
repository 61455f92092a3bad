"""预演 tells what will come, to those whom it concerns, and leaves no trace."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.message import Card, as_lines
from storage import team as teams
from storage.schema import metadata
from tests.conftest import WEDNESDAY, Room

TOLD = re.compile(r"^(\d\d:\d\d) (.+?)：(.+)$")
# The question and its answer themselves.
TALK = {"inbox", "outbox", "console_message"}


@pytest.fixture
async def talk(room: Room) -> Room:
    """A team with something to be reminded of, something stuck, and somebody who keeps it."""
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("李四", "我的", group="")
    await room.say("李四", "任务 整理客户清单 明天")
    await room.say("李四", "任务 写周报 每天")
    await room.say("张三", "卡点 数据没到 @李四")
    return room


async def told(room: Room, who: str, text: str, **where: str) -> list[tuple[str, str, str]]:
    """Hour, to whom and first line of each message on the page."""
    said = await room.words(who, text, **where)
    found = [TOLD.match(line) for line in said.splitlines()]
    return [(each[1], each[2], each[3]) for each in found if each]


async def test_what_is_told_beforehand_comes(talk: Room) -> None:
    lines = await told(talk, "王敏", "预演") + await told(talk, "王敏", "预演 第2页")

    assert ("09:00", "私聊 李四") in [(hour, to) for hour, to, _ in lines]
    came = await talk.wait_until(WEDNESDAY.replace(day=26, hour=23, minute=59), group=talk.group)
    foretold = [line.removeprefix("@李四 ") for _, to, line in lines if to == "项目群"]
    assert len(foretold) > 3
    assert [as_lines(each).splitlines()[0] for each in came] == foretold


async def test_nothing_of_it_stays(talk: Room, app: App) -> None:
    before = await everything(app)

    assert len(await told(talk, "王敏", "预演 7天")) == 10

    after = await everything(app)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == TALK
    assert len(after["outbox"]) == len(before["outbox"]) + 1
    assert len(after["inbox"]) == len(before["inbox"]) + 1


async def everything(app: App) -> dict[str, list[Any]]:
    async with app.database.begin() as tx:
        return {
            each.name: sorted(map(repr, await tx.execute(sa.select(each))))
            for each in metadata.sorted_tables
        }


async def test_what_is_said_in_private_is_told_to_keepers_and_to_whom_it_goes(
    talk: Room,
) -> None:
    everybody = {to for _, to, _ in await told(talk, "王敏", "预演 2")}
    assert everybody >= {"项目群", "私聊 王敏", "私聊 李四"}
    own = {to for _, to, _ in await told(talk, "李四", "预演 2", group="")}
    assert own == {"项目群", "私聊 李四"}
    assert {to for _, to, _ in await told(talk, "张三", "预演")} <= {"项目群", "私聊 张三"}
    said = (await talk.words("张三", "预演")).splitlines()
    assert re.fullmatch(r"另有 \d+ 条私聊，项目经理和系统管理员能看到", said[-2])
    assert said[-1] == "按现在的情况算的，到时候以实际为准"


async def test_ten_messages_a_page(talk: Room) -> None:
    first = await talk.say("王敏", "预演 7天")
    assert isinstance(first, Card)
    count = re.fullmatch(r"🗓 预演｜到 12月2日 周三（(\d+)） · 第1/\d页", first.title)
    assert count is not None
    more = first.buttons[0]
    assert more.label == f"更多（还有 {int(count[1]) - 10} 条）"

    second = await talk.press("王敏", await talk.last_card, more.say)

    assert isinstance(second, Card)
    assert second.title.startswith(f"🗓 预演｜到 12月2日 周三（{count[1]}） · 第2/")
    lines = [line for page in (first, second) for line in page.text.splitlines()]
    days = [each for each in lines if each.startswith("【")]
    assert days[0] == "【11月25日 周三】"
    assert await talk.words("王敏", "预演 7天 第99页") == (
        f"一共只有 {-(-int(count[1]) // 10)} 页，第一页请说：预演 7天"
    )


async def test_until_when(room: Room) -> None:
    for text, until in {
        "预演": "11月26日 周四",
        "预演 今天": "11月25日 周三",
        "预演 1": "11月26日 周四",
        "预演 三天": "11月28日 周六",
        "预演 周五": "11月27日 周五",
        "预演 周天": "11月29日 周日",
        "预演 2026-11-30": "11月30日 周一",
        "预演 7天": "12月2日 周三",
    }.items():
        said = (await room.words("王敏", text)).splitlines()
        assert said[0].startswith(f"🗓 预演｜到 {until}"), text


async def test_what_cannot_be_told_is_refused_with_an_example(room: Room) -> None:
    example = "比如 预演、预演 3天、预演 周五"
    unclear = "要看几天，或者看到哪一天"
    for text, why in {
        "预演 8天": "预演最多往后看 7 天",
        "预演 下个月": "预演最多往后看 7 天",
        "预演 昨天": "「昨天」已经过去了",
        "预演 随便看看": f"没看懂「随便看看」：{unclear}",
        "预演 2月30日": f"没看懂「2月30日」：{unclear}",
    }.items():
        assert await room.words("王敏", text) == f"{why}，{example}"


async def test_an_evening_on_which_nothing_comes_is_said_plainly(talk: Room) -> None:
    await talk.wait_until(WEDNESDAY + timedelta(hours=13))  # eleven at night

    assert await talk.words("王敏", "预演 今天") == (
        "🗓 预演｜到 11月25日 周三：我不会主动发消息\n群里和私聊都没有"
    )


async def test_only_this_teams_messages_are_told(talk: Room, app: App) -> None:
    async with app.database.begin() as tx:
        other = await teams.open_team(tx, "华东", at=WEDNESDAY)
        await teams.open_chat(
            tx,
            team_id=other.id,
            platform="console",
            external_id="华东群",
            private=False,
            name="华东群",
            person="",
        )
    await talk.say("赵六", "成员", group="华东群")

    there = {to for _, to, _ in await told(talk, "赵六", "预演", group="华东群")}
    assert there - {"私聊 赵六"} == {"华东群"}
    assert not there & {to for _, to, _ in await told(talk, "王敏", "预演")}


async def test_who_is_told_the_same_stands_on_one_line(talk: Room) -> None:
    for name in ("赵倩", "陈晨", "孙工"):
        await talk.say(name, "我的")

    lines = await told(talk, "王敏", "预演")

    nudged = [to for _, to, said in lines if "还差你一句" in said]
    assert nudged == ["私聊 王敏、李四、张三、赵倩 等 6 人"]
