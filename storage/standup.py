"""What each member said in the standup of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from storage.database import Tx, insert_if_absent
from storage.schema import member, standup_answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    id: int
    day: date  # on which its sitting opened
    member_id: int
    member_name: str
    yesterday: str
    today: str
    blockers: str
    more: Mapping[str, str]  # the team's own questions, by question
    opened: Sequence[Mapping[str, Any]]  # {"text", "number"}: the ledger entry of each blocker
    late: bool
    at: datetime  # when it was first given

    @property
    def given(self) -> bool:
        return bool(self.yesterday or self.today or self.blockers or self.more)


_answers = sa.select(
    standup_answer.c.id,
    standup_answer.c.day,
    standup_answer.c.member_id,
    member.c.name.label("member_name"),
    standup_answer.c.yesterday,
    standup_answer.c.today,
    standup_answer.c.blockers,
    standup_answer.c.more,
    standup_answer.c.opened,
    standup_answer.c.late,
    standup_answer.c.at,
).join(member, member.c.id == standup_answer.c.member_id)


async def find(
    tx: Tx, *, team_id: int, day: date, member_id: int, round_key: str = ""
) -> Answer | None:
    query = _answers.where(*_key(team_id, day, round_key, member_id))
    row = (await tx.execute(query)).one_or_none()
    return Answer(**row._mapping) if row else None


async def hold(
    tx: Tx,
    *,
    team_id: int,
    day: date,
    member_id: int,
    round_key: str = "",
    late: bool,
    at: datetime,
) -> Answer:
    """The member's answer of the day, made empty if it is new, and locked until the commit.

    So one answer that is said twice at once opens its blockers once.
    """
    values = {
        "team_id": team_id,
        "day": day,
        "round": round_key,
        "member_id": member_id,
        "yesterday": "",
        "today": "",
        "blockers": "",
        "more": {},
        "opened": [],
        "late": late,
        "at": at,
    }
    await tx.execute(insert_if_absent(standup_answer, tx).values(**values))
    query = _answers.where(*_key(team_id, day, round_key, member_id))
    row = (await tx.execute(query.with_for_update(of=standup_answer))).one()
    return Answer(**row._mapping)


def _key(
    team_id: int, day: date, round_key: str, member_id: int
) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        standup_answer.c.team_id == team_id,
        standup_answer.c.day == day,
        standup_answer.c.round == round_key,
        standup_answer.c.member_id == member_id,
    )


async def write(
    tx: Tx,
    answer_id: int,
    *,
    yesterday: str,
    today: str,
    blockers: str,
    more: Mapping[str, str] | None = None,
    opened: Sequence[Mapping[str, Any]],
) -> None:
    """``more`` is left as it was where it is not given."""
    await tx.execute(
        sa.update(standup_answer)
        .where(standup_answer.c.id == answer_id)
        .values(
            yesterday=yesterday,
            today=today,
            blockers=blockers,
            opened=[dict(each) for each in opened],
            **({} if more is None else {"more": dict(more)}),
        )
    )


async def of_day(tx: Tx, team_id: int, day: date, *, round_key: str | None = None) -> list[Answer]:
    """The answers of a day, or of one of its rounds, in the order they were given."""
    query = _answers.where(standup_answer.c.team_id == team_id, standup_answer.c.day == day)
    if round_key is not None:
        query = query.where(standup_answer.c.round == round_key)
    rows = await tx.execute(query.order_by(standup_answer.c.at, standup_answer.c.id))
    return [Answer(**row._mapping) for row in rows]


async def last_of(
    tx: Tx, *, team_id: int, member_id: int, since: date, until: date, but: int | None = None
) -> Answer | None:
    """The member's newest answer of these days, both included; ``but`` is one to leave out."""
    query = _answers.where(
        standup_answer.c.team_id == team_id,
        standup_answer.c.member_id == member_id,
        standup_answer.c.day >= since,
        standup_answer.c.day <= until,
    )
    if but is not None:
        query = query.where(standup_answer.c.id != but)
    newest = query.order_by(standup_answer.c.day.desc(), standup_answer.c.at.desc()).limit(1)
    row = (await tx.execute(newest)).one_or_none()
    return Answer(**row._mapping) if row else None


async def between(tx: Tx, team_id: int, since: date, until: date) -> list[Answer]:
    """The answers of these days, both included, in the order of the days."""
    query = _answers.where(
        standup_answer.c.team_id == team_id,
        standup_answer.c.day >= since,
        standup_answer.c.day <= until,
    )
    rows = await tx.execute(query.order_by(standup_answer.c.day, standup_answer.c.id))
    return [Answer(**row._mapping) for row in rows]
