"""Finding the command that a sentence asks for, and what every command must have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command import Command, Commands, Topic
from bot.context import Request
from bot.message import Outgoing
from bot.parts import load_commands, load_jobs
from bot.signature import Rest, form_field
from tests.conftest import Room

COMMANDS = load_commands()
EVERY = list(COMMANDS)


def name(text: str) -> str | None:
    found = COMMANDS.find(text)
    return found.command.name if found else None


@pytest.mark.parametrize("command", EVERY, ids=lambda each: each.name)
async def test_every_commands_example_is_understood(room: Room, command: Command) -> None:
    for who in ("王敏", "张三", "李四"):  # whom the examples speak of
        await room.say(who, "成员")

    answer = await room.words("王敏", command.example)

    assert COMMANDS.find(command.example) is not None
    assert COMMANDS.find(command.example).command is command  # type: ignore[union-attr]
    assert "用法：" not in answer or command.name == "帮助"
    assert "抱歉" not in answer


@pytest.mark.parametrize("command", EVERY, ids=lambda each: each.name)
def test_every_command_has_its_page(command: Command) -> None:
    assert command.about
    assert command.usage.startswith(command.name)
    for each in command.parameters:
        assert form_field(each).label


@pytest.mark.parametrize("command", EVERY, ids=lambda each: each.name)
def test_every_way_to_call_it_finds_it(command: Command) -> None:
    for phrase in command.phrases:
        assert COMMANDS.find(phrase) is not None
        assert COMMANDS.find(phrase).command is command  # type: ignore[union-attr]


@pytest.mark.parametrize("command", EVERY, ids=lambda each: each.name)
async def test_every_command_alone_is_answered_kindly(room: Room, command: Command) -> None:
    assert "抱歉" not in await room.words("王敏", command.name)


def test_every_job_has_a_line_about_it() -> None:
    for job in load_jobs():
        assert job.about, job.name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("卡点 数据没到", "卡点"),
        ("卡点数据没到", "卡点"),
        ("卡点：数据没到", "卡点"),
        ("/卡点 数据没到", "卡点"),
        ("／卡点　数据没到", "卡点"),
        ("  卡点\n数据没到", "卡点"),
        ("，我的", "我的"),
        ("阻塞 数据没到", "卡点"),
        ("卡点列表", "卡点列表"),
        ("任务列表", "任务列表"),
        ("任务@张三 写周报", "任务"),
        ("完成12", "完成"),
        ("完成 #12", "完成"),
        ("完成＃12", "完成"),
        ("解决12 根因：证书", "完成"),
        ("我的", "我的"),
        ("我的任务", "我的"),
        ("我的客户怎么不见了", None),
        ("任务怎么派？", None),
        ("解决方案是什么", None),
        ("完成情况怎么看", None),
        ("今天天气不错", None),
        ("", None),
        ("帮助", "帮助"),
        ("help", "帮助"),
    ],
)
def test_which_command_is_meant(text: str, expected: str | None) -> None:
    assert name(text) == expected


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("卡店 数据没到", "卡点 数据没到"),
        ("任物 @张三 写周报", "任务 @张三 写周报"),
        ("帮住", "帮助"),
        ("点卡 数据没到", "卡点 数据没到"),
        ("今天 天气不错", None),
        ("好的", None),
        ("怎么导入客户", None),
    ],
)
def test_a_near_miss_is_recognised(text: str, meant: str | None) -> None:
    assert COMMANDS.near(text) == meant


async def test_a_near_miss_is_offered_as_a_button(room: Room) -> None:
    answer = await room.say("张三", "@大管家 卡店 数据没到")

    assert "你是不是想说：卡点 数据没到" in getattr(answer, "text", "")
    again = await room.press("张三", await room.last_card, "卡点 数据没到")
    assert again is not None


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("卡点 数据没到", True),
        ("站会", True),
        ("卡点数据没到", True),
        ("问 怎么导入客户", True),
        ("任务怎么派？", False),
        ("任务很多啊今天", False),
        ("卡住了，怎么办", False),
        ("站会今天取消", False),
        ("确认 1", True),
        ("完成12", True),
        ("确认，收到了", False),
        ("完成", False),
        ("大家好", False),
    ],
)
def test_what_plainly_begins_with_a_command(text: str, leads: bool) -> None:
    assert COMMANDS.leads(text) is leads


@given(st.text(max_size=200))
def test_no_text_makes_finding_fail(text: str) -> None:
    found = COMMANDS.find(text)
    if found is not None:
        assert 0 <= found.rest <= len(text)
    COMMANDS.near(text)
    COMMANDS.leads(text)


def test_two_commands_with_one_name_do_not_start() -> None:
    topic = Topic("甲", about="甲")
    for _ in range(2):

        @topic.command("甲", example="甲")
        async def same(request: Request) -> Outgoing | None:
            """一样"""

    with pytest.raises(ValueError, match="two commands are called 甲"):
        Commands([topic])


def test_an_argument_without_a_marker_does_not_start() -> None:
    topic = Topic("甲", about="甲")

    with pytest.raises(TypeError, match="what has no marker"):

        @topic.command("甲", example="甲 乙")
        async def bare(request: Request, what: str) -> Outgoing | None:
            """没有标记"""


def test_the_usage_line_comes_from_the_signature() -> None:
    assert COMMANDS.find("卡点").command.usage == (  # type: ignore[union-attr]
        "卡点 <描述> [@谁能解决] [截止] [优先级：紧急/高/普通] [并入：#编号]"
    )
    assert Rest("描述").label == "描述"
