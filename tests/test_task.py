"""任务: one owner and one deadline, parts, progress, and whole lists, through the group's door."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app import App
from bot.errors import Refusal
from bot.message import Card, Outgoing, as_lines
from bot.platforms.console import chat_of
from bot.task import progress_in
from storage import ledger
from storage.ledger import Entry
from tests.conftest import Room

LIST = "任务\n1. 整理客户清单 @张三 周五前\n2、核对电话 @李四 @王敏 下周一\n- 写总结"


async def entries(app: App) -> list[Entry]:
    async with app.database.begin() as tx:
        return [each for each, _, _ in await ledger.every(tx)]


async def test_the_first_mention_owns_the_task(room: Room) -> None:
    answer = await room.words("王敏", "任务 @张三 @李四 整理客户清单 周五下班前")

    assert answer == (
        "任务 #1 已记 · 负责人 张三 · 协助 李四 · 11月27日 周五 18:00"
        ' · 10分钟内回"撤销"\n整理客户清单'
    )


async def test_without_a_mention_it_is_mine(room: Room) -> None:
    answer = await room.words("王敏", "任务 写周报")

    assert "负责人 王敏" in answer
    assert "还没有期限" in answer


async def test_a_button_finishes_the_task(room: Room) -> None:
    await room.say("王敏", "任务 写周报 明天")

    answer = await room.press("王敏", await room.last_card, "完成 1")

    assert answer is not None
    assert as_lines(answer).startswith("✅ 任务 #1 已完成")


async def test_quoting_the_receipt_means_its_number(room: Room) -> None:
    await room.say("王敏", "任务 写周报 明天")

    answer = await room.say("王敏", "完成", reply_to=await room.last_card)

    assert answer is not None
    assert "已完成" in as_lines(answer)


async def test_a_past_date_is_asked_about(room: Room) -> None:
    answer = await room.words("王敏", "任务 @张三 整理清单 本周一前")

    assert "已经过去了" in answer
    assert await room.words("王敏", "任务列表") == "没有未了结的任务 👍"


async def test_a_title_of_thousands_of_characters_is_refused(room: Room, app: App) -> None:
    answer = await room.words("王敏", "任务 " + "长" * 5000)

    assert answer.startswith("这句有 5000 字，最多 500 字")
    assert await entries(app) == []


async def test_lines_below_a_task_are_its_details(room: Room, app: App) -> None:
    await room.say("王敏", "任务 @张三 迁移数据 周五\n1. 先导出\n2. 再清洗")

    (entry,) = await entries(app)
    assert entry.title == "迁移数据\n1. 先导出\n2. 再清洗"
    assert entry.due is not None


# --- progress --------------------------------------------------------------------------------


async def test_a_percentage_in_a_note_is_how_far_it_is(room: Room) -> None:
    await room.say("王敏", "任务 写周报 周五")

    answer = await room.words("王敏", "进展 1 50% 写了初稿")

    assert answer == "📝 任务 #1 进展已记（50%）\n50% 写了初稿"
    assert "#1 写周报（50%）｜王敏" in await room.words("王敏", "任务列表")
    assert "进度：50%" in await room.words("王敏", "查看 1")
    assert "做完了就说：完成 1" in await room.words("王敏", "进展 1 100%")


async def test_more_than_all_is_refused(room: Room) -> None:
    await room.say("王敏", "任务 写周报 周五")

    assert "进度最多 100%" in await room.words("王敏", "进展 1 150%")
    assert "进度" not in await room.words("王敏", "查看 1")


@pytest.mark.parametrize(
    ("text", "percent"),
    [
        ("50% 初稿", 50),
        ("完成了 80％，还差联调", 80),
        ("做到30%", 30),
        ("进度：0%", 0),
        ("转化率提到 30%", None),
        ("做了一半", None),
    ],
)
def test_only_a_percentage_in_front_counts(text: str, percent: int | None) -> None:
    assert progress_in(text) == percent


@given(st.text(max_size=40))
def test_any_note_has_a_percentage_none_or_too_much(text: str) -> None:
    try:
        percent = progress_in(text)
    except Refusal:
        return
    assert percent is None or 0 <= percent <= 100


# --- parts -----------------------------------------------------------------------------------


async def quoting(room: Room, card: int, who: str, text: str) -> str:
    answer = await room.say(who, text, reply_to=card)
    assert answer is not None
    return as_lines(answer)


async def test_a_task_that_quotes_a_task_is_a_part_of_it(room: Room) -> None:
    await room.say("王敏", "任务 @张三 迁移数据 周五")
    card = await room.last_card

    first = await quoting(room, card, "王敏", "任务 @李四 导出")
    await quoting(room, card, "王敏", "任务 @李四 清洗")
    await room.say("李四", "任务 @李四 别的事")
    done = await room.words("李四", "完成 2")

    assert "属于 #1 迁移数据" in first
    assert "#1 迁移数据：子任务 1/2" in done
    whole = await room.words("王敏", "查看 1")
    assert "子任务 1/2：#2 导出（已完成）；#3 清洗（李四）" in whole
    assert "属于：#1 迁移数据" in await room.words("王敏", "查看 3")


async def test_finishing_the_whole_names_what_is_open_below(room: Room) -> None:
    await room.say("王敏", "任务 迁移数据 周五")
    await quoting(room, await room.last_card, "王敏", "任务 @李四 导出")

    assert "它的子任务还开着：#2 导出" in await room.words("王敏", "完成 1")
    assert "都齐了" not in await room.words("李四", "完成 2")  # the whole is done already


async def test_the_last_part_says_that_the_whole_may_be_done(room: Room) -> None:
    await room.say("王敏", "任务 迁移数据 周五")
    card = await room.last_card
    await quoting(room, card, "王敏", "任务 @李四 导出")
    await quoting(room, card, "王敏", "任务 @李四 清洗")
    await room.say("王敏", "取消 3")

    answer = await room.words("李四", "完成 2")

    assert "子任务 1/1" in answer
    assert "整件事做完就说：完成 1" in answer


async def test_undoing_takes_the_part_away(room: Room) -> None:
    await room.say("王敏", "任务 迁移数据 周五")
    await quoting(room, await room.last_card, "王敏", "任务 @李四 导出")

    await room.say("王敏", "撤销")

    assert "子任务" not in await room.words("王敏", "查看 1")


async def test_a_finished_task_gets_no_parts(room: Room) -> None:
    await room.say("王敏", "任务 迁移数据 周五")
    card = await room.last_card
    await room.say("王敏", "完成 1")

    answer = await quoting(room, card, "王敏", "任务 @李四 导出")

    assert "引用的 #1 迁移数据 已完成，没挂在它下面" in answer
    assert "子任务" not in await room.words("王敏", "查看 1")


async def test_quoting_another_kind_ties_nothing(room: Room) -> None:
    await room.say("王敏", "卡点 测试数据没到 @张三")

    answer = await quoting(room, await room.last_card, "王敏", "任务 @李四 催数据")

    assert "属于" not in answer


# --- a pasted list ---------------------------------------------------------------------------


async def keep(room: Room, who: str) -> Outgoing:
    """Press the first button of the question."""
    answer = await room.press(who, await room.last_card, "存下 1")
    assert answer is not None
    return answer


async def test_a_list_is_shown_before_it_is_stored(room: Room, app: App) -> None:
    asked = await room.say("王敏", LIST)

    assert isinstance(asked, Card)
    assert as_lines(asked) == (
        "这 3 条任务都记下吗？\n"
        "1. 整理客户清单｜张三｜11月27日 周五 18:00\n"
        "2. 核对电话｜李四、王敏 协助｜11月30日 周一 18:00\n"
        "3. 写总结｜王敏\n"
        "（1 条没有期限）"
    )
    assert [each.label for each in asked.buttons] == ["全部记下", "不记了"]
    assert await entries(app) == []


async def test_one_press_stores_all_and_one_undo_takes_all_back(room: Room, app: App) -> None:
    await room.say("王敏", "任务 别的事")
    await room.say("王敏", LIST)

    stored = await keep(room, "王敏")

    assert isinstance(stored, Card)
    assert stored.title == '任务 #2–#4 已记（3 条） · 10分钟内回"撤销"'
    assert "#3 核对电话｜李四、王敏 协助｜11月30日 周一 18:00" in stored.text
    assert [each.name for each in stored.mentions] == ["张三", "李四"]
    assert [each.owner_name for each in await entries(app)] == ["王敏", "张三", "李四", "王敏"]

    assert "已撤销 任务 #2 的「登记」" in await room.words("王敏", "撤销")

    assert [each.state for each in await entries(app)] == ["open", *["cancelled"] * 3]


async def test_a_second_press_stores_nothing_twice(room: Room, app: App) -> None:
    await room.say("王敏", LIST)
    card = await room.last_card
    await room.press("王敏", card, "存下 1")

    again = await room.press("王敏", card, "存下 1")

    assert again is not None
    assert "已经" in as_lines(again)
    assert len(await entries(app)) == 3


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("核对电话 @李武9 下周一", "团队里没有找到「李武9」"),
        ("核对电话 本周一前", "「本周一前」已经过去了"),
        ("导数据 2月30日", "「2月30日」不存在"),
        ("@李四", "还缺内容"),
        ("长" * 600, "这句有 600 字"),
        ("每周五 写周报 周四前", "重复的任务不用再写期限"),
        ("每月32号 对账", "没有32号"),
    ],
)
async def test_a_bad_line_is_named_and_nothing_is_stored(
    room: Room, app: App, bad: str, why: str
) -> None:
    answer = await room.words("王敏", f"任务\n- 甲 @张三 周五\n- 乙 @张三\n- {bad}")

    assert answer.startswith("一条也没记。第 3 行「")
    assert why in answer
    assert "\n" not in answer
    assert await entries(app) == []


async def test_of_many_bad_lines_three_are_named(room: Room) -> None:
    lines = "\n".join(f"- 第{each}件 本周一前" for each in "一二三四五")

    answer = await room.words("王敏", f"任务\n{lines}")

    assert answer.count("第 ") == 3
    assert answer.endswith("；还有 2 行也要改")


async def test_too_long_a_list_is_refused_in_a_sentence(room: Room, app: App) -> None:
    lines = "\n".join(f"{each}. 做第{each}件事 @张三" for each in range(300))

    answer = await room.words("王敏", f"任务\n{lines}")

    assert answer == "一次最多记 100 条，这里有 300 条，一条也没记，请分几次发"
    assert await entries(app) == []


async def test_a_list_whose_end_would_be_cut_is_refused(room: Room, app: App) -> None:
    lines = "\n".join(f"- {'长' * 400} @张三" for _ in range(60))

    assert "我读不全" in await room.words("王敏", f"任务\n{lines}")
    assert await entries(app) == []


async def test_a_long_list_shows_ten_lines(room: Room) -> None:
    lines = "\n".join(f"- 做第{each}件事 @张三 周五" for each in range(1, 13))

    shown = (await room.words("王敏", f"任务\n{lines}")).splitlines()

    assert shown[10] == "10. 做第10件事｜张三｜11月27日 周五 18:00"
    assert shown[11:] == ["……还有 2 条"]
    stored = as_lines(await keep(room, "王敏")).splitlines()
    assert stored[0].startswith("任务 #1–#12 已记（12 条）")
    assert len(stored) == 12


@pytest.mark.parametrize(
    ("head", "first"),
    [
        ("任务 本周安排：", "1. 甲｜王敏"),
        ("任务 @李四", "1. 甲｜李四"),
        ("任务 @李四 周五前", "1. 甲｜李四｜11月27日 周五 18:00"),
        ("任务 @李四 周五前完成：", "1. 甲｜李四｜11月27日 周五 18:00"),
    ],
)
async def test_a_heading_speaks_for_the_lines_below(room: Room, head: str, first: str) -> None:
    shown = (await room.words("王敏", f"{head}\n- 甲\n- 乙 @张三 明天")).splitlines()

    assert shown[0] == "这 2 条任务都记下吗？"
    assert shown[1] == first
    assert shown[2] == "2. 乙｜张三｜11月26日 周四 18:00"


async def test_a_list_may_hold_what_comes_back(room: Room, app: App) -> None:
    await room.say("王敏", "任务\n- 每周五 17:00 交周报 @李四\n- 对账 @张三 每月5号")
    await keep(room, "王敏")

    assert [each.stage for each in await entries(app)] == ["repeats", "repeats"]


async def test_a_list_that_quotes_a_task_is_its_parts(room: Room) -> None:
    await room.say("王敏", "任务 迁移数据 周五")
    await room.say("王敏", LIST, reply_to=await room.last_card)

    assert "属于 #1 迁移数据" in as_lines(await keep(room, "王敏"))

    assert "子任务 0/3" in await room.words("王敏", "查看 1")


async def test_a_private_list_tells_its_people_one_by_one(room: Room) -> None:
    await room.say("李四", "我的", group="")
    await room.say("张三", "我的")
    await room.say("王敏", LIST, group="")

    answer = await room.words("王敏", "存下 1", group="")

    assert "请你告诉一声" not in answer
    assert "王敏 给你记了 1 条任务" in as_lines((await room.told("张三"))[-1])
    # The first was the answer to their own 我的.
    assert [as_lines(each) for each in await room._new(0, chat_of("", "李四").id)][1:] == [
        "王敏 给你记了 1 条任务\n#2 核对电话｜李四、王敏 协助｜11月30日 周一 18:00"
    ]
