"""The first words: when the bot joins a group, or somebody opens its private chat."""

from bot.context import Request
from bot.dispatch import Greeter
from bot.message import Button, Card, Kind, Outgoing, Text
from bot.roles import KEEPERS
from storage import member as members
from storage import team as teams


async def join(request: Request) -> Outgoing | None:
    await teams.change_chat(request.tx, request.chat.id, closed_at=None)
    everyone = await members.in_team(request.tx, request.team.id)
    steps = ["卡点 数据没到 @李四 周五前", "任务 @张三 整理客户清单 周五下班前", "帮助"]
    if not any(each.has(*KEEPERS) for each in everyone):
        steps.insert(0, "角色 @你的项目经理 项目经理")
    return Card(
        title="大家好，我是大管家",
        text="盯卡点、派任务、开站会、答问题，都可以 @我 说一句：\n" + "\n".join(steps),
        buttons=(Button(label="我会什么", say="帮助", style="primary"),),
    )


async def leave(request: Request) -> Outgoing | None:
    await teams.change_chat(request.tx, request.chat.id, closed_at=request.clock)
    return None


async def meet(request: Request) -> Outgoing | None:
    """New members become known, so that they can be given work; nobody is bothered."""
    met = await members.meet(
        request.tx,
        team_id=request.team.id,
        platform=request.chat.platform,
        people=[(each.id, each.name) for each in request.incoming.mentions],
        at=request.clock,
    )
    for each in met:
        if each.left_at is not None:
            await members.come_back(request.tx, each.id)
    return None


async def greet(request: Request) -> Outgoing | None:
    return Card(
        title="你好，我是大管家",
        text="有事直接说一句就行，比如：我的任务、卡点 …、问 …",
        buttons=(
            Button(label="我的任务", say="我的"),
            Button(label="我会什么", say="帮助", style="primary"),
        ),
    )


async def wordless(request: Request) -> Outgoing | None:
    if request.text == "[语音]":
        return Text(text="语音我听不懂，请打字告诉我，一句话就行")
    return Text(text=f"{request.text.strip('[]')}我看不了，要记什么请打字告诉我")


greeters: dict[Kind, Greeter] = {
    Kind.BOT_JOINED: join,
    Kind.BOT_LEFT: leave,
    Kind.MEMBERS_JOINED: meet,
    Kind.GREETED: greet,
    Kind.WORDLESS: wordless,
}
