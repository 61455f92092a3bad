"""A decision that may speak against another is asked about first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import App
from bot.contradiction import likeness, opposed, speaks_against
from bot.message import Card, as_lines
from storage import ledger
from storage.ledger import Entry
from tests.conftest import WEDNESDAY, Room
from tests.house_of_decisions import PEOPLE, buttons, entry


@pytest.fixture(autouse=True)
async def people(room: Room) -> None:
    for who in PEOPLE:
        await room.say(who, "成员")


async def test_a_contradiction_is_asked_about_before_anything_is_stored(
    room: Room, app: App
) -> None:
    await room.say("张三", "决策 客户分级分三级")

    answer = await room.say("张三", "决策 客户分级改成五级")

    assert isinstance(answer, Card)
    assert answer.title == "和已有的决策说的是一件事吗？"
    assert "#1 客户分级分三级（11月25日 周三）" in answer.text
    assert buttons(answer) == ["存下 1", "存下 1 取代 #1", "不存 1"]
    async with app.database.begin() as tx:
        assert len(await ledger.every(tx)) == 1


async def test_the_answer_may_be_that_it_takes_its_place(room: Room, app: App) -> None:
    await room.say("张三", "决策 客户分级分三级")
    await room.say("张三", "决策 客户分级改成五级 理由：三级不够")

    answer = await room.press("张三", await room.last_card, "存下 1 取代 #1")

    assert isinstance(answer, Card)
    assert answer.text == "客户分级改成五级\n理由：三级不够\n取代了 #1 客户分级分三级"
    assert (await entry(app, 1)).state == "superseded"


async def test_the_answer_may_be_that_both_hold(room: Room, app: App) -> None:
    await room.say("张三", "决策 客户分级分三级")
    await room.say("张三", "决策 客户分级改成五级")

    await room.press("张三", await room.last_card, "存下 1")

    assert [(await entry(app, n)).state for n in (1, 2)] == ["open", "open"]


async def test_the_answer_may_be_to_forget_it(room: Room, app: App) -> None:
    await room.say("张三", "决策 客户分级分三级")
    await room.say("张三", "决策 客户分级改成五级")

    await room.press("张三", await room.last_card, "不存 1")

    async with app.database.begin() as tx:
        assert len(await ledger.every(tx)) == 1


async def test_a_form_is_answered_in_the_same_three_ways(room: Room, app: App) -> None:
    await room.say("张三", "决策 客户分级分三级")
    await room.press("张三", await room.last_card, "决策", {"what": "客户分级改成五级"})

    await room.press("张三", await room.last_card, "存下 1 取代 #1")

    assert (await entry(app, 1)).state == "superseded"
    assert (await entry(app, 2)).title == "客户分级改成五级"


async def test_who_may_not_replace_it_is_not_offered_to(room: Room) -> None:
    await room.say("张三", "决策 客户分级分三级")

    answer = await room.say("李四", "决策 客户分级改成五级")
    asked = await room.say("李四", "决策 客户分级改成五级 批准 @王敏")

    assert buttons(answer) == ["存下 1", "不存 1"]
    assert "要取代别人定的" in as_lines(answer)  # type: ignore[arg-type]
    assert buttons(asked) == ["存下 2", "存下 2 取代 #1", "不存 2"]


async def test_what_is_no_longer_in_force_raises_no_question(room: Room) -> None:
    await room.say("张三", "决策 客户分级分三级")
    await room.say("张三", "取消 1")
    await room.say("张三", "决策 客户分级分四级 批准 @王敏")

    assert "已记" in await room.words("张三", "决策 客户分级改成五级")


OPPOSED = [
    ("审批流用 A 方案", "审批流改用 B 方案"),
    ("上线时间定在12月1日", "上线推迟到12月15日"),
    ("周报每周五交", "周报改为每周一交"),
    ("手机号必填", "手机号不必填"),
    ("允许销售自己删除客户", "禁止销售删除客户"),
    ("客户查重按手机号", "客户查重按公司全称"),
    ("报价单审批由财务终审", "报价单审批由总经理终审"),
    ("老系统12月底停用", "老系统保留到明年3月"),
    ("用飞书做审批", "审批不用飞书，用CRM自带的"),
    ("合同审批三级", "合同审批减为两级"),
    ("每周三开项目例会", "项目例会改到周四下午"),
]
APART = [
    ("上线时间定在12月1日", "培训改到12月8日"),
    ("手机号必填", "公司全称必填"),
    ("用飞书做审批", "用飞书做通知"),
    ("拜访记录当天录入", "拜访记录要写下次计划"),
    ("试点放在华东区", "华东区增加两名支持专家"),
    ("商机阶段用六段", "客户分级分三级"),
    ("离职员工的客户自动转给主管", "离职员工的账号当天停用"),
    ("周报每周五交", "周末不发提醒"),
    ("客户编码由系统自动生成", "系统每晚自动备份"),
]


def old(title: str, number: int = 1) -> Entry:
    return Entry(
        id=number,
        team_id=1,
        number=number,
        kind="decision",
        title=title,
        state="open",
        stage="",
        weight=0,
        rung=0,
        owner_id=None,
        owner_name=None,
        offered_to=None,
        helpers=(),
        opened_by=1,
        opened_at=WEDNESDAY,
        due=None,
        closed_at=None,
        chat_id=1,
        details={},
        version=1,
    )


@pytest.mark.parametrize(("before", "now"), OPPOSED)
def test_the_same_subject_decided_otherwise_is_recognised(before: str, now: str) -> None:
    assert speaks_against(now, [old(before)])
    assert speaks_against(before, [old(now)])


@pytest.mark.parametrize(("before", "now"), APART)
def test_another_subject_is_left_in_peace(before: str, now: str) -> None:
    assert speaks_against(now, [old(before)]) == []


def test_the_likest_are_asked_about_and_not_more_than_two() -> None:
    olds = [old("客户分级分三级", n) for n in range(1, 5)] + [old("客户分级改成五级", 9)]

    assert [each.number for each in speaks_against("客户分级改成五级", olds)] == [9, 4]


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_can_be_compared_in_either_order(one: str, other: str) -> None:
    assert 0.0 <= likeness(one, other) <= 1.0
    assert likeness(one, other) == likeness(other, one)
    assert opposed(one, other) == opposed(other, one)
