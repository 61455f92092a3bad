"""转交: it changes hands when the other side accepts, and who asked hears how it went."""

import pytest

from bot.app import App
from bot.message import Card, Form, as_lines
from bot.platforms.console import chat_of
from storage import ledger
from storage.ledger import Entry
from tests.conftest import Room


@pytest.fixture(autouse=True)
async def entry(room: Room) -> None:
    """任务 #1, opened by 王敏, owned by 张三."""
    await room.say("王敏", "任务 @张三 整理客户清单 周五下班前")


async def now(room: Room, app: App) -> Entry:
    team = await room.team()
    async with app.database.begin() as tx:
        found = await ledger.find(tx, team.id, 1)
    assert found is not None
    return found


async def told(room: Room, who: str) -> list[str]:
    """What was said to somebody in private."""
    return [as_lines(each) for each in await room._new(0, chat_of("", who).id)]


async def test_an_offer_changes_nothing_until_it_is_accepted(room: Room, app: App) -> None:
    offer = await room.say("王敏", "转交 1 @李四 张三出差")

    assert isinstance(offer, Card)
    assert offer.title == "任务 #1 请李四接手，对方接受前还由张三负责"
    assert [each.say for each in offer.buttons] == ["接受 1", "不接 1"]
    assert [each.name for each in offer.mentions] == ["李四"]
    assert (await now(room, app)).owner_name == "张三"

    accepted = await room.press("李四", await room.last_card, "接受 1")

    assert isinstance(accepted, Card)
    assert accepted.title == "✅ 任务 #1 负责人 李四 · 11月27日 周五 18:00"
    assert [each.name for each in accepted.mentions] == ["王敏", "张三"]
    assert (await now(room, app)).owner_name == "李四"


async def test_who_is_not_asked_cannot_accept(room: Room) -> None:
    await room.say("王敏", "转交 1 @李四")

    assert "没有人要转给你" in await room.words("赵六", "接受 1")
    assert "已经是你的了" in await room.words("张三", "接受 1")
    assert "已经在等李四说 接受 了" in await room.words("张三", "转交 1 @李四")


async def test_who_declines_leaves_it_where_it_was(room: Room, app: App) -> None:
    await room.say("王敏", "转交 1 @李四")

    declined = await room.say("李四", "不接 1 这周排满了")

    assert isinstance(declined, Card)
    assert as_lines(declined).startswith("任务 #1 李四 没接，还由张三负责")
    assert "这周排满了" in declined.text
    assert [each.name for each in declined.mentions] == ["王敏", "张三"]
    assert (await now(room, app)).offered_to is None
    assert "没有人要转给你" in await room.words("李四", "接受 1")


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("接受 1", "✅ 任务 #1 负责人 李四 · 11月27日 周五 18:00\n整理客户清单"),
        ("不接 1 排满了", "任务 #1 李四 没接，还由张三负责\n整理客户清单\n排满了"),
    ],
)
async def test_in_private_who_offered_and_who_had_it_hear_of_it(
    room: Room, said: str, heard: str
) -> None:
    for each in ("王敏", "张三", "李四"):
        await room.say(each, "我的", group="")
    await room.say("王敏", "转交 1 @李四", group="")

    await room.say("李四", said, group="")

    assert (await told(room, "李四"))[1].startswith("王敏 想把 任务 #1 转给你")
    assert (await told(room, "王敏"))[-1] == heard
    assert (await told(room, "张三"))[-1] == heard


async def test_what_nobody_has_is_given_at_once_and_they_are_told(room: Room, app: App) -> None:
    await room.say("李四", "我的", group="")
    await room.say("王敏", "卡点 账号没开")

    await room.say("王敏", "转交 2 @李四", group="")

    assert (await told(room, "李四"))[-1] == "王敏 把 卡点 #2 交给你了\n账号没开"


async def test_offering_it_back_to_its_owner_withdraws_the_offer(room: Room, app: App) -> None:
    await room.say("王敏", "转交 1 @李四")

    assert "不转了，不再请李四，还由张三负责" in await room.words("王敏", "转交 1 @张三")

    assert "没有人要转给你" in await room.words("李四", "接受 1")
    assert "负责人已经是张三" in await room.words("王敏", "转交 1 @张三")


async def test_who_was_asked_before_hears_that_somebody_else_is(room: Room, app: App) -> None:
    await room.say("王敏", "转交 1 @李四")

    answer = await room.words("王敏", "转交 1 @陈晨")

    assert "任务 #1 请陈晨接手，不再请李四，对方接受前还由张三负责" in answer
    assert (await told(room, "李四"))[-1] == "任务 #1 不用你接了，改请陈晨\n整理客户清单"
    assert "没有人要转给你" in await room.words("李四", "接受 1")


async def test_undoing_the_offer_takes_the_question_back(room: Room, app: App) -> None:
    before = await now(room, app)
    await room.say("王敏", "转交 1 @李四")

    await room.say("王敏", "撤销")

    after = await now(room, app)
    assert (after.offered_to, after.details) == (None, before.details)
    assert "没有人要转给你" in await room.words("李四", "接受 1")


@pytest.mark.parametrize(
    ("verb", "fields"),
    [("改期 1", {"due": "下周五"}), ("转交 1", {"to": "赵六"})],
)
async def test_a_form_from_before_somebody_elses_change_overwrites_nothing(
    room: Room, app: App, verb: str, fields: dict[str, str]
) -> None:
    await room.say("赵六", "我的")
    form = await room.press("张三", await room.last_card, verb)
    assert isinstance(form, Form)
    card = await room.last_card
    await room.say("王敏", "改期 1 下周三下班前")
    before = await now(room, app)

    answer = await room.press("张三", card, form.say, fields)

    assert answer is not None
    assert as_lines(answer) == ("任务 #1 在你填表的时候有人改过，请先 查看 1，还要改再说一次")
    assert await now(room, app) == before


async def test_a_form_that_is_still_fresh_is_taken(room: Room, app: App) -> None:
    form = await room.press("张三", await room.last_card, "改期 1")
    assert isinstance(form, Form)

    answer = await room.press("张三", await room.last_card, form.say, {"due": "下周五"})

    assert answer is not None
    assert "改到 12月4日 周五 18:00" in as_lines(answer)


async def test_a_double_click_does_nothing_twice(room: Room) -> None:
    await room.say("王敏", "转交 1 @李四")
    card = await room.last_card
    await room.press("李四", card, "接受 1")

    again = await room.press("李四", card, "接受 1")

    assert again is not None
    assert as_lines(again) == "任务 #1 已经是你的了"


async def test_a_button_of_what_is_over_says_so_instead_of_a_form(room: Room) -> None:
    await room.say("王敏", "查看 1")
    card = await room.last_card
    await room.say("王敏", "取消 1")

    for say in ("转交 1", "改期 1"):
        answer = await room.press("王敏", card, say)
        assert answer is not None
        assert as_lines(answer) == "任务 #1 已经取消了，要接着做请说：重开 1"


async def test_ones_own_change_meanwhile_is_no_surprise(room: Room) -> None:
    await room.say("李四", "成员")
    await room.say("王敏", "查看 1")
    form = await room.press("王敏", await room.last_card, "转交 1")
    assert isinstance(form, Form)
    card = await room.last_card
    await room.say("王敏", "改期 1 下周一")

    answer = await room.press("王敏", card, form.say, {"to": "李四"})

    assert answer is not None
    assert "请李四接手" in as_lines(answer)
