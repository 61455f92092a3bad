"""What the tests of blockers ask of the ledger, the group and the private chats."""

from datetime import datetime

from bot.app import App
from bot.message import Card, Outgoing, as_lines
from bot.platforms.console import BOT
from bot.platforms.console.view import message_of
from storage import console as transcript
from storage import ledger
from storage.console import PRIVATE
from storage.ledger import Entry
from tests.conftest import SHANGHAI, Room

STUCK = "卡点 测试数据没到 @李四"


def at(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


async def entry(app: App, room: Room, number: int = 1) -> Entry:
    team = await room.team()
    async with app.database.begin() as tx:
        found = await ledger.find(tx, team.id, number)
    assert found is not None
    return found


def buttons(message: object) -> list[str]:
    assert isinstance(message, Card)
    return [each.say for each in message.buttons]


def names(card: Card) -> list[str]:
    """Who is mentioned."""
    return [each.name for each in card.mentions]


async def posts(room: Room, until: datetime, about: str = "卡点 #") -> list[Card]:
    """What the group is told about blockers meanwhile; other jobs may speak too."""
    said = await room.wait_until(until)
    return [each for each in said if _is_about(each, about)]  # type: ignore[misc]


def _is_about(message: Outgoing, about: str) -> bool:
    return isinstance(message, Card) and about in message.title


async def heard(app: App, who: str) -> list[str]:
    """What the bot said to somebody in private."""
    async with app.database.begin() as tx:
        lines = await transcript.read(tx, PRIVATE + who, after=0, limit=100)
    found = [message_of(each) for each in lines if each.sender == BOT]
    return [as_lines(each) for each in found if each is not None]
