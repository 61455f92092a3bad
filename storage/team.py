"""Teams and their chats."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from storage.database import Tx, insert_if_absent
from storage.schema import chat, member, outbox, team


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    id: int
    name: str
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamChat:
    id: int
    team_id: int
    platform: str
    external_id: str
    private: bool
    name: str
    purpose: str
    lane: str


_team = (team.c.id, team.c.name, team.c.settings)
CHAT = (
    chat.c.id,
    chat.c.team_id,
    chat.c.platform,
    chat.c.external_id,
    chat.c.private,
    chat.c.name,
    chat.c.purpose,
    chat.c.lane,
)


async def open_team(tx: Tx, name: str, *, at: datetime) -> Team:
    """The team of this name, made if there is none."""
    await tx.execute(insert_if_absent(team, tx).values(name=name, settings={}, created_at=at))
    row = (await tx.execute(sa.select(*_team).where(team.c.name == name))).one()
    return Team(**row._mapping)


async def find_team(tx: Tx, name: str) -> Team | None:
    row = (await tx.execute(sa.select(*_team).where(team.c.name == name))).one_or_none()
    return Team(**row._mapping) if row else None


async def all_teams(tx: Tx) -> list[Team]:
    rows = await tx.execute(sa.select(*_team).order_by(team.c.id))
    return [Team(**row._mapping) for row in rows]


class Choice(NamedTuple):
    """A team, and what it has set for itself as JSON text: cheap for thousands of teams."""

    id: int
    name: str
    settings: str
    created_at: datetime

    def team(self) -> Team:
        return Team(id=self.id, name=self.name, settings=json.loads(self.settings))


_choices = sa.select(
    team.c.id, team.c.name, sa.cast(team.c.settings, sa.Text), team.c.created_at
).order_by(team.c.id)


async def choices(tx: Tx) -> list[Choice]:
    return [Choice(*row) for row in await tx.execute(_choices)]


async def change_setting(tx: Tx, team_id: int, name: str, value: Any) -> None:
    """Set one thing, or with None take it out; the others stay, also those set meanwhile."""
    stored = await tx.execute(
        sa.select(team.c.settings).where(team.c.id == team_id).with_for_update()
    )
    settings = {**stored.scalar_one(), name: value}
    if value is None:
        del settings[name]
    await tx.execute(sa.update(team).where(team.c.id == team_id).values(settings=settings))


_count_up = (
    sa.update(team)
    .where(team.c.id == sa.bindparam("team"))
    .values(last_number=team.c.last_number + 1)
    .returning(team.c.last_number)
)


async def next_number(tx: Tx, team_id: int) -> int:
    """The team's next ledger number; on PostgreSQL locks the team until the commit."""
    return int((await tx.execute(_count_up, {"team": team_id})).scalar_one())


async def open_chat(
    tx: Tx,
    *,
    team_id: int,
    platform: str,
    external_id: str,
    private: bool,
    name: str,
    person: str,
) -> TeamChat:
    """The chat, made as the team's if it is new. A chat that is known keeps its team.

    ``person`` is the platform id of whom a private chat is with.
    """
    await tx.execute(
        insert_if_absent(chat, tx).values(
            team_id=team_id,
            platform=platform,
            external_id=external_id,
            private=private,
            name=name,
            person=person if private else "",
        )
    )
    found = await find_chat(tx, platform=platform, external_id=external_id)
    if found is None:
        raise LookupError(f"chat {platform} {external_id} vanished")
    return found


async def name_chat(
    tx: Tx, *, platform: str, person: str, external_id: str, sent_id: str | None = None
) -> bool:
    """A private chat that was opened by its person's id is now known by its own.

    With ``sent_id`` only if this letter went there. False: there is no such chat.
    """
    query = sa.update(chat).where(
        chat.c.platform == platform, chat.c.private, chat.c.person == person,
        chat.c.external_id == person,
    )  # fmt: skip
    if sent_id is not None:
        letters = sa.select(outbox.c.chat_id).where(outbox.c.sent_id == sent_id)
        query = query.where(chat.c.id.in_(letters))
    return bool((await tx.execute(query.values(external_id=external_id))).rowcount)


async def find_chat(tx: Tx, *, platform: str, external_id: str) -> TeamChat | None:
    row = (
        await tx.execute(
            sa.select(*CHAT).where(chat.c.platform == platform, chat.c.external_id == external_id)
        )
    ).one_or_none()
    return TeamChat(**row._mapping) if row else None


_groups = (
    sa.select(*CHAT)
    .where(
        chat.c.team_id == sa.bindparam("team"),
        sa.not_(chat.c.private),
        chat.c.closed_at.is_(None),
    )
    .order_by(chat.c.id)
)


async def groups(tx: Tx, team_id: int) -> list[TeamChat]:
    """The team's groups that the bot is still in, oldest first."""
    return [TeamChat(**row._mapping) for row in await tx.execute(_groups, {"team": team_id})]


async def chat_names(tx: Tx) -> dict[int, str]:
    """What every chat is called: a group by its name, a private chat by whom it is with."""
    with_whom = sa.and_(
        member.c.team_id == chat.c.team_id,
        member.c.platform == chat.c.platform,
        member.c.external_id == chat.c.person,
    )
    rows = await tx.execute(
        sa.select(
            chat.c.id, chat.c.external_id, chat.c.private, chat.c.name, member.c.name
        ).outerjoin(member, with_whom)
    )
    return {
        id_: f"私聊 {person or external_id}" if private else name or external_id
        for id_, external_id, private, name, person in rows
    }


async def change_chat(tx: Tx, chat_id: int, **values: Any) -> None:
    """Set ``purpose``, ``lane``, ``name``, ``team_id`` or ``closed_at``."""
    await tx.execute(sa.update(chat).where(chat.c.id == chat_id).values(**values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where a message was said, and the member who said it, if known."""

    team: Team
    chat: TeamChat
    member: Mapping[str, Any] | None


_member = tuple(
    column.label(f"m_{column.name}")
    for column in (
        member.c.id,
        member.c.team_id,
        member.c.platform,
        member.c.external_id,
        member.c.name,
        member.c.roles,
        member.c.left_at,
    )
)


_scene = (
    sa.select(
        *CHAT,
        team.c.name.label("team_name"),
        team.c.settings.label("team_settings"),
        *_member,
    )
    .join(team, team.c.id == chat.c.team_id)
    .outerjoin(
        member,
        sa.and_(
            member.c.team_id == chat.c.team_id,
            member.c.platform == chat.c.platform,
            member.c.external_id == sa.bindparam("sender"),
        ),
    )
    .where(chat.c.platform == sa.bindparam("on"), chat.c.external_id == sa.bindparam("chat"))
)


async def scene(tx: Tx, *, platform: str, chat_id: str, sender_id: str) -> Scene | None:
    """One look-up for what every message needs. None if the chat is new."""
    asked = {"on": platform, "chat": chat_id, "sender": sender_id}
    row = (await tx.execute(_scene, asked)).one_or_none()
    if row is None:
        return None
    values = dict(row._mapping)
    found = {name[2:]: values.pop(name) for name in [key for key in values if key[:2] == "m_"]}
    home = Team(
        id=values["team_id"], name=values.pop("team_name"), settings=values.pop("team_settings")
    )
    return Scene(team=home, chat=TeamChat(**values), member=found if found["id"] else None)
