"""Speaking first: the bot opens a private chat by whom it is with, and it stays one chat."""

from dataclasses import replace

import sqlalchemy as sa

from bot.app import App
from bot.message import Chat, Incoming, Person
from storage import member as members
from storage import outbox
from storage import team as teams
from storage.member import Member
from storage.schema import chat
from storage.schema import outbox as letters
from storage.team import TeamChat
from tests.conftest import WEDNESDAY, Room

LISI = Person("ou_lisi", "李四")


async def _member(app: App, platform: str) -> Member:
    async with app.database.begin() as tx:
        (team,) = await teams.all_teams(tx)
        people = [(LISI.id, LISI.name)]
        (found,) = await members.meet(
            tx, team_id=team.id, platform=platform, people=people, at=WEDNESDAY
        )
    return found


async def _opened(app: App, who: Member) -> TeamChat:
    async with app.database.begin() as tx:
        return await members.open_private_chat(tx, who)


async def _letter(app: App, to: TeamChat, sent_id: str) -> None:
    """A question that has arrived there."""
    async with app.database.begin() as tx:
        await outbox.put(
            tx,
            key=sent_id,
            chat=to,
            message='{"kind":"text","text":"?"}',
            at=WEDNESDAY,
            leased_until=WEDNESDAY,
            asks=True,
        )
        sent = sa.update(letters).where(letters.c.key == sent_id)
        await tx.execute(sent.values(sent_id=sent_id, sent_at=WEDNESDAY))


async def _chats(app: App) -> list[tuple[str, bool]]:
    async with app.database.begin() as tx:
        rows = await tx.execute(
            sa.select(chat.c.external_id, chat.c.private).where(chat.c.platform == "feishu")
        )
        return [(row.external_id, row.private) for row in rows]


SAID = Incoming(
    chat=Chat("feishu", "oc_p2p", private=True),
    sender=LISI,
    id="om_1",
    text="我的",
    at=WEDNESDAY,
)


async def test_in_the_trial_group_everybody_can_be_told_in_private(room: Room) -> None:
    await room.say("王敏", "任务 @张三 整理客户清单", group="")

    (told,) = await room.told("张三")

    assert "王敏 给你记了：任务 #1 已记" in str(told)


async def test_who_answers_in_it_makes_no_second_chat(app: App) -> None:
    first = await _opened(app, await _member(app, "feishu"))
    assert first.external_id == "ou_lisi"

    await app.handle(SAID)

    assert await _chats(app) == [("oc_p2p", True)]
    again = await _opened(app, await _member(app, "feishu"))
    assert (again.id, again.external_id) == (first.id, "oc_p2p")


async def test_who_only_presses_a_button_there_is_still_in_private(app: App) -> None:
    first = await _opened(app, await _member(app, "feishu"))
    await _letter(app, first, "om_asked")

    pressed = replace(SAID, chat=Chat("feishu", "oc_p2p"), clicked=True, quoted="om_asked")
    await app.handle(pressed)

    assert await _chats(app) == [("oc_p2p", True)]
    async with app.database.begin() as tx:
        assert not await outbox.settle_question(tx, chat_id=first.id, sent_id="om_asked")


async def test_a_press_in_a_group_is_not_taken_for_a_private_one(app: App) -> None:
    first = await _opened(app, await _member(app, "feishu"))
    await _letter(app, first, "om_asked")

    await app.handle(replace(SAID, chat=Chat("feishu", "oc_group"), clicked=True, quoted="om_2"))

    assert sorted(await _chats(app)) == [("oc_group", False), ("ou_lisi", True)]


async def test_whom_somebody_has_written_to_already_is_written_to_there(app: App) -> None:
    await app.handle(SAID)

    assert (await _opened(app, await _member(app, "feishu"))).external_id == "oc_p2p"


async def test_in_wecom_the_member_is_the_address(app: App) -> None:
    assert (await _opened(app, await _member(app, "wecom"))).external_id == "ou_lisi"
