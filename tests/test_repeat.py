"""又卡了: a blocker that is known already, and two entries that are one."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.app import App
from bot.message import Card, as_lines
from bot.repeat import alike
from storage.ledger import MERGED_INTO
from storage.schema import link
from tests.blockers import STUCK, buttons, entry
from tests.conftest import Room

# --- 又卡了 --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("测试数据没到", "测试数据又没到", True),
        ("测试数据没到", "测试数据还没到", True),
        ("支付回调超时", "支付回调又超时了", True),
        ("VPN 连不上", "vpn又连不上了", True),
        ("财务没给发票信息", "发票信息财务还没给", True),
        ("支付接口超时", "支付接口超时，客户付不了款", True),
        ("支付接口超时", "订单接口超时", False),
        ("第3批数据没到", "第4批数据没到", False),
        ("测试数据没到", "服务器没批", False),
        ("没数据", "没网", False),
    ],
)
def test_which_troubles_are_the_same(one: str, other: str, same: bool) -> None:
    assert (alike(one, other) >= 0.62) is same
    assert alike(one, other) == alike(other, one)


async def test_a_similar_open_one_is_offered_before_anything_is_stored(room: Room) -> None:
    await room.say("张三", STUCK)

    asked = await room.say("赵六", "卡点 测试数据又没到 @王五")

    assert isinstance(asked, Card)
    assert asked.title == "又卡了？像是记过的卡点"
    assert "#1 测试数据没到｜张三 等 李四｜卡了不到 1 工作小时" in asked.text
    assert [each.label for each in asked.buttons] == ["就这么记", "并入 #1", "不记了"]
    assert "没有 #2" in await room.words("张三", "查看 2")


async def test_joining_notes_it_there_and_keeps_its_reporter_informed(
    room: Room, app: App
) -> None:
    await room.say("张三", STUCK)
    asked = await room.say("赵六", "卡点 测试数据又没到")
    answer = await room.press("赵六", await room.last_card, buttons(asked)[1])

    assert answer is not None
    assert as_lines(answer) == "📝 已并到 卡点 #1 · 负责人 李四\n测试数据没到"
    story = await room.words("张三", "查看 1")
    assert "赵六 进展：又卡了：测试数据又没到" in story
    assert "协助：赵六" in story
    assert "没有 #2" in await room.words("张三", "查看 2")

    await room.say("李四", "解决 1")
    done = await room.say("张三", "确认 1")
    assert isinstance(done, Card)
    assert [each.name for each in done.mentions] == ["赵六"]


async def test_it_may_be_written_down_all_the_same(room: Room) -> None:
    await room.say("张三", STUCK)
    asked = await room.say("赵六", "卡点 测试数据又没到 @王五 周五前")
    card = await room.last_card

    answer = await room.press("赵六", card, buttons(asked)[0])
    again = await room.press("赵六", card, buttons(asked)[0])

    assert answer is not None
    assert "卡点 #2 已记 · 负责人 王五 · 11月27日 周五 18:00" in as_lines(answer)
    assert again is not None
    assert "已经有人选过了" in as_lines(again)


@pytest.mark.parametrize("confirmed", [False, True])
async def test_a_similar_one_that_was_solved_is_opened_again(
    room: Room, app: App, *, confirmed: bool
) -> None:
    await room.say("张三", STUCK)
    await room.say("李四", "解决 1")
    if confirmed:
        await room.say("张三", "确认 1")
    asked = await room.say("赵六", "卡点 测试数据又没到")
    assert isinstance(asked, Card)
    assert asked.buttons[1].label == "重开 #1"

    answer = await room.press("赵六", await room.last_card, buttons(asked)[1])

    assert answer is not None
    assert "已重开 卡点 #1" in as_lines(answer)
    found = await entry(app, room)
    assert (found.state, found.stage, found.rung) == ("open", "", 0)
    assert "confirmed_by" not in found.details


async def test_what_was_solved_long_ago_is_not_offered(room: Room) -> None:
    await room.say("张三", STUCK)
    await room.say("张三", "解决 1")
    await room.wait(timedelta(days=31))

    assert "卡点 #2 已记" in await room.words("赵六", "卡点 测试数据又没到")


async def test_what_was_taken_back_is_not_offered(room: Room) -> None:
    await room.say("张三", STUCK)
    await room.say("张三", "撤销")

    assert "卡点 #2 已记" in await room.words("张三", STUCK)


async def test_a_form_that_repeats_one_can_join_it_too(room: Room) -> None:
    await room.say("张三", STUCK)
    await room.say("赵六", "表单 卡点")
    asked = await room.press("赵六", await room.last_card, "卡点", {"what": "测试数据又没到"})

    answer = await room.press("赵六", await room.last_card, buttons(asked)[1])

    assert answer is not None
    assert "已并到 卡点 #1" in as_lines(answer)


# --- 并入 ----------------------------------------------------------------------------------


@pytest.fixture
async def two(room: Room) -> None:
    """卡点 #1 of 张三, waiting for 李四; 卡点 #2 of 赵六."""
    await room.say("张三", STUCK)
    await room.say("赵六", "卡点 联调环境起不来 @王五")


async def links(app: App) -> int:
    async with app.database.begin() as tx:
        found = await tx.execute(
            sa.select(sa.func.count()).select_from(link).where(link.c.kind == MERGED_INTO)
        )
        return int(found.scalar_one())


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    "said", ["并入 2 1", "并入 #2 到 #1", "并入 2，1", "并入 ２　１", "合并 2 1"]
)
async def test_two_that_are_one_are_merged(room: Room, app: App, said: str) -> None:
    answer = await room.words("赵六", said)

    assert answer.splitlines()[0] == "🔗 卡点 #2 已并入 卡点 #1"
    merged, kept = await entry(app, room, 2), await entry(app, room, 1)
    assert merged.state == "cancelled"
    assert kept.helpers == [merged.opened_by]
    assert await links(app) == 1
    story = await room.words("张三", "查看 2")
    assert "状态：已并入 #1" in story
    assert "赵六 并入：并入 卡点 #1" in story
    assert "赵六 进展：#2 并入：联调环境起不来" in await room.words("张三", "查看 1")


@pytest.mark.usefixtures("two")
async def test_quoting_one_names_it(room: Room, app: App) -> None:
    await room.say("赵六", "查看 2")

    assert await room.say("赵六", "并入 1", reply_to=await room.last_card) is not None

    assert (await entry(app, room, 2)).state == "cancelled"


@pytest.mark.usefixtures("two")
async def test_undo_puts_both_back(room: Room, app: App) -> None:
    before = [await entry(app, room, number) for number in (1, 2)]
    await room.say("赵六", "并入 2 1")

    answer = await room.words("赵六", "撤销")

    assert "卡点 #2 的「并入」" in answer
    for number, was in zip((1, 2), before, strict=True):
        now = await entry(app, room, number)
        assert (now.state, now.helpers, now.details) == (was.state, was.helpers, was.details)
        assert now.closed_at is None
    assert await links(app) == 0


@pytest.mark.usefixtures("two")
async def test_a_merged_one_that_is_opened_again_stands_alone(room: Room, app: App) -> None:
    await room.say("赵六", "并入 2 1")
    await room.say("赵六", "重开 2")

    assert (await entry(app, room, 2)).details.get("merged_into") is None
    assert await links(app) == 0


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("who", "said", "why"),
    [
        ("赵六", "并入 2 2", "要并到另一条里"),
        ("赵六", "并入 2 9", "没有 #9"),
        ("赵六", "并入 2 3", "这句只用在卡点或数据问题或反馈上"),
        ("赵六", "并入 2 4", "同一种才能并"),
        ("路人", "并入 2 1", "要由王五"),
        ("赵六", "并入 2", "要说哪条并到哪条"),
        ("赵六", "并入 这个 那个", "要说哪条并到哪条"),
        ("赵六", "并入", "还缺"),
    ],
)
async def test_what_cannot_be_merged_says_why(
    room: Room, app: App, who: str, said: str, why: str
) -> None:
    await room.say("张三", "任务 写周报")
    await room.say("张三", "数据问题 金额不对")

    assert why in await room.words(who, said)
    assert (await entry(app, room, 2)).state == "open"


@pytest.mark.usefixtures("two")
async def test_nothing_is_merged_into_what_is_over(room: Room, app: App) -> None:
    await room.say("张三", "解决 1")

    assert "已解决了" in await room.words("赵六", "并入 2 1")
    assert (await entry(app, room, 2)).state == "open"


async def test_what_was_merged_says_into_what(room: Room) -> None:
    await room.say("张三", "卡点 测试数据没到 @李四")
    await room.say("张三", "卡点 账号没开 @李四")
    await room.say("张三", "并入 2 1")

    answer = "卡点 #2 已并入 #1，后面的都记在 #1 上"
    assert await room.words("张三", "合并 2 1") == answer
    assert await room.words("李四", "解决 2") == answer
