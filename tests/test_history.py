"""The history alone tells what an entry is, whatever was done to it; and undoing undoes."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import App
from bot.message import as_lines
from storage import history, ledger
from storage.history import Event
from storage.ledger import Entry
from tests.conftest import Room

PEOPLE = ("王敏", "张三", "李四")
OPENINGS = (
    "任务 @张三 {title} 周五下班前",
    "任务 @李四 @王敏 {title}",
    "任务 每周五 17:00 {title}",
    "卡点 {title} @李四",
    "反馈 {title}",
    "数据问题 {title}",
)
VERBS = (
    "进展 {n} 做了一半",
    "进展 {n} 50% 快好了",
    "改期 {n} 下周三下班前",
    "改期 {n} 12月31日",
    "转交 {n} @李四",
    "转交 {n} @张三 我出差",
    "接受 {n}",
    "不接 {n} 排满了",
    "认领 {n}",
    "完成 {n} 已发群里",
    "解决 {n} 根因：证书过期 方案：换新的",
    "确认 {n}",
    "升级 {n}",
    "重开 {n} 漏了一半",
    "取消 {n} 不要了",
    "支持 {n}",
)
COLUMNS = (
    "title", "state", "stage", "weight", "rung", "owner_id", "offered_to", "helpers", "due",
    "closed_at", "details",
)  # fmt: skip
AT_FIRST = {"rung": 0, "offered_to": None, "closed_at": None}  # no line speaks of these then

_openings = st.sampled_from(OPENINGS)
_people = st.sampled_from(PEOPLE)
_steps = st.lists(st.tuples(_people, st.sampled_from([*VERBS, "撤销"])), max_size=12)
_in_one_room = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def opened(room: Room, app: App, opening: str) -> int:
    """A new entry, unlike those of other examples, before which nothing can be undone."""
    for each in PEOPLE:
        await room.answers(each, "我的")
    await room.wait(timedelta(minutes=11))
    async with app.database.begin() as tx:
        number = len(await ledger.every(tx)) + 1
    title = "".join(chr(0x4E00 + 8 * number + each) for each in range(8))
    (answer,) = await room.answers("王敏", opening.format(title=title))
    assert f"#{number} 已记" in as_lines(answer)
    return number


async def known(room: Room, app: App, number: int) -> tuple[Entry, list[Event]]:
    team = await room.team()
    async with app.database.begin() as tx:
        entry = await ledger.find(tx, team.id, number)
        assert entry is not None
        return entry, await history.story(tx, entry.id)


def columns(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in COLUMNS}


def agree(entry: Entry, events: list[Event]) -> None:
    told = {**AT_FIRST, **history.replay(events)}
    assert {name: told[name] for name in COLUMNS} == columns(entry)


@_in_one_room
@given(opening=_openings, steps=_steps)
async def test_replaying_the_history_gives_the_entry(
    room: Room, app: App, opening: str, steps: list[tuple[str, str]]
) -> None:
    number = await opened(room, app, opening)
    agree(*await known(room, app, number))
    for who, verb in steps:
        await room.answers(who, verb.format(n=number))
        agree(*await known(room, app, number))


@_in_one_room
@given(opening=_openings, steps=_steps, who=_people, last=st.sampled_from(VERBS))
async def test_undoing_puts_back_exactly_what_was(
    room: Room, app: App, opening: str, steps: list[tuple[str, str]], who: str, last: str
) -> None:
    number = await opened(room, app, opening)
    for each, verb in steps:
        await room.answers(each, verb.format(n=number))
    before, lines = await known(room, app, number)
    await room.answers(who, last.format(n=number))
    if len((await known(room, app, number))[1]) == len(lines):
        return  # it was refused: there is nothing to take back

    (answer,) = await room.answers(who, "撤销")

    assert "已撤销" in as_lines(answer)
    after, events = await known(room, app, number)
    assert columns(after) == columns(before)
    agree(after, events)
