"""What the tests of decisions and changes share: looking at the ledger and at what was posted."""

from bot.app import App
from bot.dispatch import DEFAULT_TEAM
from bot.message import Card, Chat, Incoming, Outgoing, Person
from bot.platforms.console.view import message_of
from storage import console as transcript
from storage import ledger
from storage import team as teams
from storage.database import Tx
from storage.ledger import Entry
from tests.conftest import WEDNESDAY, Room

PEOPLE = ("王敏", "张三", "李四", "赵六")


async def entry(app: App, number: int) -> Entry:
    async with app.database.begin() as tx:
        return await entry_in(tx, number)


async def entry_in(tx: Tx, number: int) -> Entry:
    team = await teams.find_team(tx, DEFAULT_TEAM)
    assert team is not None
    found = await ledger.find(tx, team.id, number)
    assert found is not None
    return found


async def posts(room: Room, chat: str) -> list[Outgoing]:
    """What the bot has said in this chat."""
    async with room.app.database.begin() as tx:
        lines = await transcript.read(tx, chat, after=0, limit=500)
    return [each for each in map(message_of, lines) if each is not None]


def typed(key: str, who: str, text: str) -> Incoming:
    """A message in the group in which people are only typed, not picked from the list."""
    chat = Chat("console", "项目群")
    return Incoming(chat=chat, sender=Person(who, who), id=key, text=text, at=WEDNESDAY)


def buttons(answer: object) -> list[str]:
    assert isinstance(answer, Card)
    return [each.say for each in answer.buttons]


def mentioned(answer: object) -> list[str]:
    assert isinstance(answer, Card)
    return [each.name for each in answer.mentions]
