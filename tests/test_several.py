"""完成 8、9、11: several entries in one sentence, each by itself, all taken back together."""

import pytest

from bot.app import App
from bot.errors import Refusal
from bot.message import Card, as_lines
from bot.numbering import find_number, find_numbers
from storage import ledger
from tests.conftest import Room


@pytest.fixture(autouse=True)
async def tasks(room: Room) -> None:
    for who in ("张三", "李四"):
        await room.say(who, "成员")
    for title in ("整理清单", "核对电话", "写总结"):
        await room.say("王敏", f"任务 @张三 {title} 周五")


async def states(app: App) -> list[str]:
    async with app.database.begin() as tx:
        return [each.state for each, _, _ in await ledger.every(tx)]


@pytest.mark.parametrize("said", ["完成 1、2、3", "完成 1,2 3", "完成 #1 #2 #3", "完成 1-3"])
async def test_each_is_done_and_said_in_a_line(room: Room, app: App, said: str) -> None:
    answer = await room.words("张三", said)

    assert answer == (
        '完成了 3 条 · 10分钟内回"撤销"\n'
        "✅ 任务 #1 已完成｜整理清单\n✅ 任务 #2 已完成｜核对电话\n✅ 任务 #3 已完成｜写总结"
    )
    assert await states(app) == ["done"] * 3


async def test_what_cannot_be_done_says_why_and_hinders_nothing(room: Room, app: App) -> None:
    await room.say("张三", "完成 2")

    answer = await room.words("张三", "完成 1、2、99 都好了")

    assert answer == (
        '完成了 1 条，2 条没动 · 10分钟内回"撤销"\n'
        "✅ 任务 #1 已完成｜整理清单\n"
        "⚠️ 任务 #2 已完成了，要接着做请说：重开 2\n"
        "⚠️ 没有 #99 这条记录，说 我的 看看自己的"
    )
    assert await states(app) == ["done", "done", "open"]
    assert "完成：都好了" in await room.words("张三", "查看 1")


async def test_the_same_checks_as_for_one(room: Room, app: App) -> None:
    answer = await room.words("李四", "取消 1、2")

    assert answer.count("⚠️ ") == 2
    assert "要由张三、登记的人" in answer
    assert await states(app) == ["open"] * 3


async def test_a_late_refusal_leaves_nothing_of_its_entry(room: Room, app: App) -> None:
    await room.say("王敏", "预算 培训 2万")  # 4, which may not be cancelled once money is spent
    await room.say("王敏", "支出 培训 500 讲师费")

    answer = await room.words("王敏", "取消 4、1")

    assert answer.startswith("取消了 1 条，1 条没动")
    assert await states(app) == ["cancelled", "open", "open", "open"]


async def test_one_undo_takes_all_back(room: Room, app: App) -> None:
    await room.say("张三", "完成 1、2")

    assert "任务 #1 的「完成」、任务 #2 的「完成」" in await room.words("张三", "撤销")

    assert await states(app) == ["open"] * 3


async def test_several_are_claimed(room: Room) -> None:
    await room.say("张三", "卡点 数据没到")
    await room.say("张三", "卡点 账号没开")

    answer = await room.words("李四", "认领 4、5、1")

    assert answer.startswith("认领了 2 条，1 条没动")
    assert "✅ 卡点 #4 负责人 李四｜数据没到" in answer
    assert "任务 #1 已由张三负责" in answer


async def test_who_reported_is_mentioned_once(room: Room) -> None:
    await room.say("张三", "卡点 数据没到 @李四")
    await room.say("张三", "卡点 账号没开 @李四")

    answer = await room.say("李四", "解决 4、5")

    assert isinstance(answer, Card)
    assert [each.name for each in answer.mentions] == ["张三"]
    assert "根因还没写" not in as_lines(answer)


async def test_more_than_twenty_are_refused(room: Room, app: App) -> None:
    answer = await room.words("张三", "完成 1-30")

    assert answer == "一次最多 20 条，这里有 30 条，请分几次说"
    assert await states(app) == ["open"] * 3


@pytest.mark.parametrize("said", ["改期 1、2 周五", "转交 1、2 @李四", "查看 1、2", "进展 1-2"])
async def test_other_verbs_take_one(room: Room, said: str) -> None:
    assert "一次只能说一个编号" in await room.words("张三", said)


@pytest.mark.parametrize(
    ("said", "verb"),
    [
        ("更新 #1：联系人都核对过了", "进展：联系人都核对过了"),
        ("完成 #1：已导出", "完成：已导出"),
        ("完成 1：已优化", "完成：已优化"),
        ("完成 1：50% 以上的客户", "完成：50% 以上的客户"),
        ("完成1号", "张三 完成"),
        ("完成 1。", "张三 完成"),
        ("改期 1：下周一上午", "→ 11月30日 周一 12:00"),
    ],
)
async def test_a_colon_or_a_stop_after_the_number(room: Room, said: str, verb: str) -> None:
    await room.say("张三", said)

    story = await room.words("张三", "查看1号")

    assert verb in story
    assert "：。" not in story


async def test_a_stop_behind_the_verb_of_a_quoting_message(room: Room) -> None:
    await room.say("王敏", "任务 @张三 写方案 周五")

    await room.say("张三", "完成。", reply_to=await room.last_card)

    assert "完成：" not in await room.words("张三", "查看 4")


@pytest.mark.parametrize(
    ("text", "named", "rest"),
    [
        ("5,3点前已发", (5,), "3点前已发"),
        ("5,12号发出", (5,), "12号发出"),
        ("12 30家客户", (12,), "30家客户"),
        ("2–4 都好了", (2, 3, 4), "都好了"),
        ("8号、9号", (8, 9), ""),
        ("8、9、8", (8, 9), ""),
    ],
)
def test_which_numbers_are_entries(text: str, named: tuple[int, ...], rest: str) -> None:
    found = find_numbers(text, quoting=False)

    assert found is not None
    assert (found.named, text[found.stop :]) == (named, rest)


@pytest.mark.parametrize("text", ["12:30 开会", "12月5日", "8号楼", "8.5", "已发"])
def test_what_is_no_entry(text: str) -> None:
    assert find_numbers(text, quoting=False) is None


@pytest.mark.parametrize("said", ["取消 1 和 2 重复了", "取消 1，2 已经做过了"])
async def test_what_may_be_the_reason_is_no_second_entry(room: Room, app: App, said: str) -> None:
    assert "几个编号中间请用顿号" in await room.words("王敏", said)
    assert await states(app) == ["open"] * 3


def test_where_a_message_is_quoted_a_day_is_a_day() -> None:
    assert find_number("9号", quoting=True) is None
    found = find_number("12 到 15号", quoting=False)
    assert found is not None
    assert found.named == (12,)
    with pytest.raises(Refusal):
        find_numbers("9-3", quoting=False)
