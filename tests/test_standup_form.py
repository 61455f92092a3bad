"""The standup's form: what is known is filled in, what is done is ticked; #12 gets its line."""

from datetime import timedelta

from bot.message import Field, Form, as_lines
from tests.conftest import WEDNESDAY, Room

OPENS = (WEDNESDAY + timedelta(days=1)).replace(hour=9, minute=30)


async def form(room: Room, who: str = "张三", say: str = "站会") -> Form:
    shown = await room.say(who, say)
    assert isinstance(shown, Form), shown
    return shown


def fields(shown: Form) -> dict[str, Field]:
    return {each.label: each for each in shown.fields}


async def two_tasks(room: Room) -> None:
    await room.say("张三", "任务 整理客户清单 周五前")
    await room.say("张三", "任务 写上线方案 周四前")


# --- filled in -------------------------------------------------------------------------------


async def test_yesterday_is_the_last_plan_and_what_was_finished_since(room: Room) -> None:
    await two_tasks(room)
    await room.say("张三", "站会 今日：联调接口\n写上线方案 #2 卡点：账号没开")
    await room.say("张三", "任务 订会议室")
    await room.say("张三", "完成 2")
    await room.say("张三", "完成 4")
    await room.wait_until(OPENS)

    known = fields(await form(room))

    assert known["昨日"].value == "联调接口\n写上线方案 #2\n#4 订会议室 完成"
    assert known["今日"].hint == "快到期：#1 整理客户清单（11月27日 周五 18:00）"
    assert known["卡点"].hint == "没有就写 没有；还卡着就写 #3"
    assert known["做完的任务"] == Field(
        name="done",
        label="做完的任务",
        kind="ticks",
        hint="可以选几个",
        options=("1",),
        shown=("#1 整理客户清单",),
    )


async def test_what_others_do_is_not_filled_in(room: Room) -> None:
    await room.say("李四", "任务 准备服务器 周五前")
    await room.say("李四", "站会 今日：准备服务器")
    await room.wait_until(OPENS)

    known = fields(await form(room))

    assert list(known) == ["昨日", "今日", "卡点"]
    assert [each.value for each in known.values()] == ["", "", ""]


async def test_at_most_eight_tasks_are_offered_what_is_due_first(room: Room) -> None:
    for number in range(9):
        await room.say("张三", f"任务 第{'一二三四五六七八九'[number]}件事")
    await room.say("张三", "任务 下个月的事 12月25日")
    await room.say("张三", "任务 最急的 明天")

    known = fields(await form(room))

    assert known["做完的任务"].options == ("11", "1", "2", "3", "4", "5", "6", "7")


async def test_without_forms_the_sentence_is_there_to_type(room: Room) -> None:
    await two_tasks(room)
    await room.say("张三", "站会 今日：联调接口")
    await room.wait_until(OPENS)

    shown = await form(room)

    assert shown.typed == "站会 昨日：联调接口 完成：2、1 今日：… 卡点：没有"


# --- ticked ----------------------------------------------------------------------------------


async def test_a_tick_finishes_the_task(room: Room) -> None:
    await two_tasks(room)
    shown = await form(room)

    filled = {"yesterday": "写方案 #2", "done": "2、1", "today": "联调"}
    answer = await room.press("张三", await room.last_card, shown.say, filled)

    assert answer is not None
    assert as_lines(answer) == (
        "✅ 站会已记下｜11月25日 周三\n"
        "昨日：写方案 #2\n"
        "#1 整理客户清单 完成\n"
        "今日：联调\n"
        "✅ 任务 #2 写上线方案｜已完成\n"
        "✅ 任务 #1 整理客户清单｜已完成"
    )
    assert "张三 完成：站会" in await room.words("张三", "查看 1")
    assert "没有没了结的事" in await room.words("张三", "我的")


async def test_a_tick_can_be_typed_and_taken_back(room: Room) -> None:
    await two_tasks(room)

    answer = await room.words("张三", "站会 完成：1、2 今日：联调")

    assert "✅ 任务 #1 整理客户清单｜已完成\n✅ 任务 #2 写上线方案｜已完成" in answer
    assert "已撤销 任务 #1 的「完成」、任务 #2 的「完成」" in await room.words("张三", "撤销")


async def test_what_cannot_be_ticked_is_said_and_the_rest_counts(room: Room) -> None:
    await two_tasks(room)
    await room.say("李四", "任务 准备服务器")
    await room.say("张三", "卡点 账号没开")
    await room.say("张三", "完成 1")

    answer = await room.words("张三", "站会 完成：1、2、3、4、99 今日：联调")

    assert answer.splitlines()[1:] == [
        "昨日：#2 写上线方案 完成",
        "今日：联调",
        "任务 #1 本来就完成了",
        "✅ 任务 #2 写上线方案｜已完成",
        "任务 #3 是李四的，没有勾",
        "卡点 #4 不是任务，没有勾；了结请说：解决 4",
        "没有 #99 这条记录，没有勾",
    ]
    assert "#3 准备服务器" in await room.words("李四", "我的")


async def test_a_whole_hears_of_its_part_that_was_ticked(room: Room) -> None:
    await room.say("张三", "任务 整理客户清单 周五前")
    await room.say("张三", "任务 收集名单", reply_to=await room.last_card)

    answer = await room.words("张三", "站会 完成：2")

    assert "#1 整理客户清单：子任务 1/1\n都齐了，整件事做完就说：完成 1" in answer


# --- progress --------------------------------------------------------------------------------


async def test_a_task_that_is_named_gets_the_line_once(room: Room) -> None:
    await two_tasks(room)

    answer = await room.words("张三", "站会 昨日：#1 清单整理了一半\n开会 今日：继续 #1")
    await room.say("张三", "站会 昨日：#1 清单整理了一半\n开会和评审")

    assert answer.count("📝 任务 #1 记了一句进展") == 1
    shown = await room.words("张三", "查看 1")
    assert shown.count("进展：站会：#1 清单整理了一半") == 1
    assert shown.count("进展：站会：继续 #1") == 1


async def test_what_is_not_mine_is_only_text(room: Room) -> None:
    await room.say("李四", "任务 准备服务器")

    answer = await room.words("张三", "站会 昨日：帮忙看了 #1\n又看了 #1 和 #77")

    assert answer.splitlines()[1:] == [
        "昨日：帮忙看了 #1",
        "又看了 #1 和 #77",
        "任务 #1 是李四的，没写进它的经过",
        "没有 #77 这条记录，只当文字记下",
    ]
    assert "进展" not in await room.words("李四", "查看 1")


async def test_what_is_late_is_said_to_be_late(room: Room) -> None:
    await room.say("张三", "任务 整理客户清单 今天")
    await room.wait_until(OPENS)

    hint = fields(await form(room))["今日"].hint

    assert hint.endswith("#1 整理客户清单（11月25日 周三 18:00，已逾期）")
