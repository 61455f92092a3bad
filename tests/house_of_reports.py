"""The scene of the report tests: a team with 项目经理 and 领导, and what each of them reads."""

from datetime import datetime

from bot.message import Card, Outgoing, as_lines
from bot.platforms.console import BOT
from bot.platforms.console.view import message_of
from storage import console as transcript
from tests.conftest import SHANGHAI, Room

EVENING = datetime(2026, 11, 25, 18, 0, tzinfo=SHANGHAI)
BOSS, MANAGER = "私聊:周总", "私聊:王敏"


async def settle_in(room: Room, *, leader: bool = True) -> None:
    """王敏 and 周总 in their roles, 张三 and 李四 beside them."""
    for who in ("张三", "李四"):
        await room.say(who, "成员")
    await room.say("王敏", "角色 @王敏 项目经理")
    if leader:
        await room.say("王敏", "角色 @周总 领导")


async def posted(room: Room, until: datetime, *, chat: str = BOSS) -> list[str]:
    """The daily reports that come to a chat until then."""
    said = await room.wait_until(until, group=chat)
    return [as_lines(each) for each in said if is_report(each)]


def is_report(message: Outgoing) -> bool:
    return isinstance(message, Card) and message.title.startswith("📋 日报｜")


async def newest(room: Room, chat: str) -> int:
    """The transcript id of what the bot said last in a chat."""
    async with room.app.database.begin() as tx:
        lines = await transcript.read(tx, chat, after=0, limit=500)
    return max(line.id for line in lines if line.sender == BOT)


async def report_in(room: Room, chat: str = BOSS, title: str = "📋 日报｜") -> int:
    """The transcript id of the last report there."""
    async with room.app.database.begin() as tx:
        lines = await transcript.read(tx, chat, after=0, limit=500)
    found = [
        line.id
        for line in lines
        if line.sender == BOT and as_lines_of(message_of(line)).startswith(title)
    ]
    return max(found)


def as_lines_of(message: Outgoing | None) -> str:
    return as_lines(message) if message else ""


async def heard(room: Room, chat: str, after: int) -> list[str]:
    """What the bot has said in a chat since then."""
    async with room.app.database.begin() as tx:
        lines = await transcript.read(tx, chat, after=after, limit=500)
    return [as_lines_of(message_of(line)) for line in lines if line.sender == BOT]
