"""Who answered which standup, without what they said; and since when each belongs to the team."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from storage.database import Tx
from storage.schema import member, standup_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    day: date
    round_key: str
    member_id: int
    late: bool


async def given(tx: Tx, team_id: int, *, since: date, until: date) -> list[Given]:
    """The answers of the sittings that opened on these days, both included."""
    columns = (
        standup_answer.c.day,
        standup_answer.c.round.label("round_key"),
        standup_answer.c.member_id,
        standup_answer.c.late,
    )
    query = sa.select(*columns).where(
        standup_answer.c.team_id == team_id,
        standup_answer.c.day >= since,
        standup_answer.c.day <= until,
    )
    return [Given(**row._mapping) for row in await tx.execute(query.order_by(standup_answer.c.at))]


async def first_answer(tx: Tx, team_id: int) -> date | None:
    """The day of the team's first standup that somebody answered."""
    query = sa.select(sa.func.min(standup_answer.c.day)).where(standup_answer.c.team_id == team_id)
    found: date | None = (await tx.execute(query)).scalar()
    return found


async def joined(tx: Tx, team_id: int) -> dict[int, datetime]:
    """When each member was first seen, by their id."""
    query = sa.select(member.c.id, member.c.joined_at).where(member.c.team_id == team_id)
    return {row.id: row.joined_at for row in await tx.execute(query)}
