"""Who belongs to a team, and in which roles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.console import PRIVATE
from storage.database import Tx, insert_if_absent
from storage.schema import chat, member
from storage.team import CHAT, TeamChat, open_chat


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    id: int
    team_id: int
    platform: str
    external_id: str
    name: str
    roles: Sequence[str] = field(hash=False)
    left_at: datetime | None = None  # no longer in the team

    def has(self, *roles: str) -> bool:
        return any(role in self.roles for role in roles)


_member = (
    member.c.id,
    member.c.team_id,
    member.c.platform,
    member.c.external_id,
    member.c.name,
    member.c.roles,
    member.c.left_at,
)
_there = member.c.left_at.is_(None)


async def meet(
    tx: Tx, *, team_id: int, platform: str, people: Sequence[tuple[str, str]], at: datetime
) -> list[Member]:
    """The members with these (platform id, shown name), in this order; new ones are added.

    Who has left is found here all the same.
    """
    if not people:
        return []
    newcomers = [
        {
            "team_id": team_id,
            "platform": platform,
            "external_id": external_id,
            "name": name[:80] or external_id[:80],
            "roles": [],
            "joined_at": at,
        }
        for external_id, name in sorted(people)  # in one order: rivals do not deadlock
    ]
    await tx.execute(insert_if_absent(member, tx), newcomers)
    rows = await tx.execute(
        sa.select(*_member).where(
            member.c.team_id == team_id,
            member.c.platform == platform,
            member.c.external_id.in_([external_id for external_id, _ in people]),
        )
    )
    found = {row.external_id: Member(**row._mapping) for row in rows}
    return [found[external_id] for external_id, _ in people]


async def rename(tx: Tx, member_id: int, name: str) -> None:
    await tx.execute(sa.update(member).where(member.c.id == member_id).values(name=name[:80]))


async def in_team(tx: Tx, team_id: int) -> list[Member]:
    rows = await tx.execute(
        sa.select(*_member).where(member.c.team_id == team_id, _there).order_by(member.c.id)
    )
    return [Member(**row._mapping) for row in rows]


# Made once: every team asks it at the same hour.
_with_settings = (
    sa.select(*_member, member.c.settings)
    .where(member.c.team_id == sa.bindparam("team"), _there)
    .order_by(member.c.id)
)


async def with_settings(tx: Tx, team_id: int) -> list[tuple[Member, Mapping[str, Any]]]:
    """The same, each with what they have set for themselves."""
    found = []
    for row in await tx.execute(_with_settings, {"team": team_id}):
        values = dict(row._mapping)
        settings = values.pop("settings")
        found.append((Member(**values), settings))
    return found


async def by_ids(tx: Tx, ids: Sequence[int]) -> dict[int, Member]:
    if not ids:
        return {}
    rows = await tx.execute(sa.select(*_member).where(member.c.id.in_(list(ids))))
    return {row.id: Member(**row._mapping) for row in rows}


_with_roles = (
    sa.select(*_member)
    # Few have one, and every blocker asks: do not read the whole team for them.
    .where(
        member.c.team_id == sa.bindparam("team"), _there, sa.cast(member.c.roles, sa.Text) != "[]"
    )
    .order_by(member.c.id)
)


async def in_role(tx: Tx, team_id: int, role: str) -> list[Member]:
    rows = await tx.execute(_with_roles, {"team": team_id})
    return [Member(**row._mapping) for row in rows if role in row.roles]


async def set_roles(tx: Tx, member_id: int, roles: Sequence[str]) -> None:
    await tx.execute(sa.update(member).where(member.c.id == member_id).values(roles=list(roles)))


async def leave(tx: Tx, member_id: int, *, at: datetime) -> bool:
    """No longer in the team, and in no role. False: they were not in it any more."""
    done = await tx.execute(
        sa.update(member).where(member.c.id == member_id, _there).values(left_at=at, roles=[])
    )
    return done.rowcount == 1


async def come_back(tx: Tx, member_id: int) -> None:
    await tx.execute(sa.update(member).where(member.c.id == member_id).values(left_at=None))


async def settings_of(tx: Tx, team_id: int) -> dict[int, Mapping[str, Any]]:
    """What each member of the team has set for themselves, by member id."""
    query = sa.select(member.c.id, member.c.settings).where(member.c.team_id == team_id)
    return {row.id: row.settings for row in await tx.execute(query)}


async def own_settings(tx: Tx, member_id: int) -> Mapping[str, Any]:
    query = sa.select(member.c.settings).where(member.c.id == member_id)
    found: Mapping[str, Any] = (await tx.execute(query)).scalar_one()
    return found


async def change_setting(tx: Tx, member_id: int, name: str, value: Any) -> None:
    """Set one thing of a member's own, or with None take it out; the others stay."""
    stored = await tx.execute(
        sa.select(member.c.settings).where(member.c.id == member_id).with_for_update()
    )
    settings = {**stored.scalar_one(), name: value}
    if value is None:
        del settings[name]
    await tx.execute(sa.update(member).where(member.c.id == member_id).values(settings=settings))


async def teams_of(tx: Tx, *, platform: str, external_id: str) -> list[int]:
    """Ids of the teams that this person belongs to."""
    rows = await tx.execute(
        sa.select(member.c.team_id)
        .where(member.c.platform == platform, member.c.external_id == external_id)
        .order_by(member.c.id)
    )
    return list(rows.scalars())


async def contacts(tx: Tx, team_id: int) -> list[dict[str, Any]]:
    """What a CRM's rows are mapped by: id, name, external_id, mobile, email, crm_login."""
    rows = await tx.execute(
        sa.select(
            member.c.id,
            member.c.name,
            member.c.external_id,
            member.c.mobile,
            member.c.email,
            member.c.crm_login,
        ).where(member.c.team_id == team_id)
    )
    return [dict(row._mapping) for row in rows]


async def set_contact(tx: Tx, member_id: int, **values: str) -> None:
    """Set ``mobile``, ``email`` or ``crm_login``."""
    await tx.execute(sa.update(member).where(member.c.id == member_id).values(**values))


async def spoken_with(tx: Tx, team_id: int, chat_ids: Sequence[int]) -> dict[int, Member]:
    """Whom of the team each of these private chats is with."""
    if not chat_ids:
        return {}
    rows = await tx.execute(
        sa.select(chat.c.id, *_member)
        .join(
            member,
            sa.and_(
                member.c.team_id == team_id,
                member.c.platform == chat.c.platform,
                member.c.external_id == chat.c.person,
            ),
        )
        .where(chat.c.id.in_(list(chat_ids)), chat.c.private)
    )
    names = [column.name for column in _member]
    return {chat_id: Member(**dict(zip(names, values, strict=True))) for chat_id, *values in rows}


async def private_chat(tx: Tx, each: Member) -> TeamChat | None:
    """The private chat of this member with the bot, if there is one."""
    row = (
        await tx.execute(
            sa.select(*CHAT)
            .where(
                chat.c.platform == each.platform,
                chat.c.private,
                chat.c.person == each.external_id,
                chat.c.closed_at.is_(None),
            )
            .order_by(chat.c.id)
            .limit(1)
        )
    ).one_or_none()
    return TeamChat(**row._mapping) if row else None


async def open_private_chat(tx: Tx, each: Member) -> TeamChat:
    """The same; where nobody has spoken in it yet, it is addressed by whom it is with."""
    known = await private_chat(tx, each)
    if known is not None:
        return known
    prefix = PRIVATE if each.platform == "console" else ""
    return await open_chat(
        tx,
        team_id=each.team_id,
        platform=each.platform,
        external_id=prefix + each.external_id,
        private=True,
        name=each.name if prefix else "",
        person=each.external_id,
    )
