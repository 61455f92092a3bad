"""站会, through the trial group's door."""

import asyncio
from datetime import datetime, timedelta

from bot.message import Form, Outgoing, as_lines
from storage import member as members
from storage import standup as answers
from storage import team as teams
from storage.database import Database
from tests.conftest import SHANGHAI, WEDNESDAY, Room

THURSDAY = WEDNESDAY + timedelta(days=1)
OPENS = THURSDAY.replace(hour=9, minute=30)
CLOSES = THURSDAY.replace(hour=10, minute=30)
FULL = "站会 昨日：写完文档 今日：联调接口 卡点：测试数据没到 @李四 周五前"


async def posts(room: Room, until: datetime, about: str) -> list[Outgoing]:
    """What is posted about the standup; other jobs may speak too."""
    return [each for each in await room.wait_until(until) if about in as_lines(each)]


async def test_three_plain_lines_are_yesterday_today_and_blockers(room: Room) -> None:
    answer = await room.words("张三", "站会\n写文档\n联调接口\n测试数据没到；账号没开")

    assert "昨日：写文档\n今日：联调接口" in answer
    assert "卡点 #1 测试数据没到" in answer
    assert "卡点 #2 账号没开" in answer


async def test_one_plain_line_is_asked_about(room: Room) -> None:
    asked = await room.say("张三", "站会 写文档")

    assert isinstance(asked, Form)
    assert {each.name: each.value for each in asked.fields}["today"] == "写文档"


async def test_words_that_belong_nowhere_are_said(room: Room) -> None:
    answer = await room.words("张三", "站会 大家好 今日：联调")

    assert "今日：联调\n没算进去的：大家好" in answer


async def test_one_answer_said_twice_at_once_waits_for_itself(database: Database) -> None:
    async with database.begin() as tx:
        team = (await teams.all_teams(tx))[0]
        (member,) = await members.meet(
            tx, team_id=team.id, platform="feishu", people=[("ou_1", "张三")], at=WEDNESDAY
        )

    async def answer() -> bool:
        async with database.begin() as tx:
            held = await answers.hold(
                tx,
                team_id=team.id,
                day=WEDNESDAY.date(),
                member_id=member.id,
                late=False,
                at=WEDNESDAY,
            )
            await asyncio.sleep(0.01)
            await answers.write(
                tx,
                held.id,
                yesterday="",
                today="",
                blockers="账号",
                opened=[{"text": "账号", "number": 1}],
            )
            return bool(held.opened)

    assert sorted(await asyncio.gather(*(answer() for _ in range(3)))) == [False, True, True]


async def test_the_bare_word_gives_a_form_then_what_was_written(room: Room) -> None:
    form = await room.say("张三", "站会")
    assert isinstance(form, Form)
    assert [each.label for each in form.fields] == ["昨日", "今日", "卡点"]

    filled = {"yesterday": "写文档", "today": "联调", "blockers": "没数据 @张三"}
    answer = await room.press("张三", await room.last_card, form.say, filled)

    assert answer is not None
    assert "卡点 #1 没数据｜负责人 张三" in as_lines(answer)
    mine = await room.words("张三", "站会")
    assert "昨日：写文档\n今日：联调\n卡点：没数据 @张三\n记成卡点：#1" in mine
    again = await room.say("张三", "站会 修改")
    assert isinstance(again, Form)
    assert again.fields[1].value == "联调"


async def test_an_empty_form_is_refused(room: Room) -> None:
    form = await room.say("张三", "站会")
    assert isinstance(form, Form)

    answer = await room.press("张三", await room.last_card, form.say, {"today": " "})

    assert answer is not None
    assert "还没写内容" in as_lines(answer)


async def test_after_the_close_it_is_late(room: Room) -> None:
    await room.say("张三", "我的")
    await room.wait_until(CLOSES + timedelta(minutes=1))

    assert "✅ 站会已补交（迟交）" in await room.words("张三", "补交 今日：联调 卡点：没有")
    assert "我今天的站会（迟交）" in await room.words("张三", "站会")
    refused = await room.words("张三", "站会 今日：写方案")
    assert "已经收了，要补充请说：补交" in refused
    assert "已更新" in await room.words("张三", "补交 今日：写方案")
    assert "✅ 站会已补交（迟交）" in await room.words("李四", "站会 今日：联调")


# --- a plain sentence ------------------------------------------------------------------------


async def test_a_plain_sentence_is_understood(room: Room) -> None:
    said = "站会 昨天跟进了3家客户，今天继续，卡在测试数据没到 @李四"

    assert await room.words("张三", said) == (
        "✅ 站会已记下｜11月25日 周三\n"
        "昨日：跟进了3家客户\n"
        "今日：继续\n"
        "卡点：测试数据没到 @李四\n"
        "🚧 卡点 #1 测试数据没到｜负责人 李四"
    )


async def test_what_was_finished_may_be_no_entry(room: Room) -> None:
    answer = await room.words("张三", "站会 完成：整理清单 今日：写方案")

    assert answer == "✅ 站会已记下｜11月25日 周三\n昨日：整理清单\n今日：写方案"


async def test_a_bare_form_of_the_command_has_numbers_to_type(room: Room) -> None:
    await room.say("张三", "任务 整理清单")
    form = await room.say("张三", "表单 站会")
    assert isinstance(form, Form)

    filled = {"done": "1", "today": "写方案"}
    answer = await room.press("张三", await room.last_card, form.say, filled)

    assert answer is not None
    assert "昨日：#1 整理清单 完成\n今日：写方案\n✅ 任务 #1" in as_lines(answer)


async def test_what_is_not_plain_is_shown_before_it_is_kept(room: Room) -> None:
    asked = await room.say("张三", "站会 写完了文档，今天联调接口，没有卡点")

    assert isinstance(asked, Form)
    assert asked.title == "张三 的站会｜11月25日 周三"
    assert asked.text == "「写完了文档」算昨日还是今日？放对了再提交"
    values = {each.label: each.value for each in asked.fields}
    assert values == {"昨日": "写完了文档", "今日": "联调接口", "卡点": "没有卡点"}
    assert isinstance(await room.say("张三", "站会"), Form)  # nothing was kept


# --- what nobody expects ---------------------------------------------------------------------


async def test_only_an_emoji_is_asked_about(room: Room) -> None:
    asked = await room.say("张三", "站会 😭")

    assert isinstance(asked, Form)
    assert asked.text == "「😭」是卡住了吗？卡住了就写在卡点里，谁能解决就 @ 谁"
    assert isinstance(await room.say("张三", "站会 卡点：😭"), Form)
    answer = await room.words("张三", "站会 今日：写方案 卡点：😭")
    assert "卡点只写了「😭」，没记。是什么卡住了？" in answer
    assert await room.words("张三", "卡点列表") == "没有未了结的卡点 👍"


async def test_labels_without_words_are_no_answer(room: Room) -> None:
    assert await room.words("张三", "站会 昨日： 今日： 卡点：") == (
        "还没写内容，写一项也行，比如 站会 昨日：… 今日：… 卡点：没有"
    )


async def test_a_form_given_in_time_may_be_handed_in_late(room: Room) -> None:
    await room.wait_until(OPENS)
    await room.say("张三", "站会 今日：联调")
    form = await room.say("张三", "站会 修改")
    assert isinstance(form, Form)
    card = await room.last_card
    await room.wait_until(CLOSES + timedelta(minutes=1))

    answer = await room.press("张三", card, form.say, {"today": "联调和评审"})

    assert answer is not None
    assert "✅ 站会已更新" in as_lines(answer)


async def test_a_long_answer_is_kept_whole_and_shown_short(room: Room) -> None:
    story = "写了很多" * 750

    answer = await room.words("张三", f"站会 今日：{story} 卡点：没有")

    assert f"今日：{story[:300]}…（共 3000 字，都记下了）\n" in answer
    async with room.app.database.begin() as tx:
        (kept,) = await answers.of_day(tx, 1, WEDNESDAY.date())
    assert kept.today == story
    form = await room.say("张三", "站会 修改")
    assert isinstance(form, Form)
    assert (form.fields[1].value, form.fields[1].hint) == ("", "原来写的 3000 字还在，不填就不变")
    await room.press("张三", await room.last_card, form.say, {"yesterday": "开会"})
    async with room.app.database.begin() as tx:
        (kept,) = await answers.of_day(tx, 1, WEDNESDAY.date())
    assert (kept.yesterday, kept.today) == ("开会", story)


async def test_a_blocker_that_is_a_novel_gets_a_short_title(room: Room) -> None:
    story = "数据没到，" * 600

    assert "🚧 卡点 #1 数据没到" in await room.words("张三", f"站会 卡点：{story}")


async def test_more_than_anybody_reads_is_refused(room: Room) -> None:
    answer = await room.words("张三", f"站会 今日：{'写' * 5001}")

    assert answer == ("这次写了 5001 字，一次最多 5000 字。请留下要点，细节放进文档或 进展 编号 …")
    assert isinstance(await room.say("张三", "站会"), Form)


async def test_who_takes_no_part_may_answer_all_the_same(room: Room) -> None:
    await room.say("王敏", "角色 @王敏 项目经理")
    await room.say("王敏", "角色 @周总 领导")

    assert "✅ 站会已记下" in await room.words("周总", "站会 今日：见客户")


async def test_on_a_day_without_a_standup_it_is_kept_for_the_day(room: Room) -> None:
    await room.wait_until(datetime(2026, 11, 28, 10, 0, tzinfo=SHANGHAI))

    assert "✅ 站会已记下｜11月28日 周六" in await room.words("张三", "站会 今日：加班")
    assert "我今天的站会｜11月28日 周六\n今日：加班" in await room.words("张三", "站会")
