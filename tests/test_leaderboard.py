"""The ranking's arithmetic: what must hold for any rows at all."""

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.leaderboard import LEAST_ACTIONS, rank, rounded, tally
from storage.usage import Row

MONDAY = date(2026, 11, 16)
small = st.integers(0, 30)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    total = draw(st.integers(0, 200))
    return Row(
        person="p",
        day=MONDAY + timedelta(days=draw(st.integers(0, 6))),
        record=draw(st.sampled_from(["", "a", "b", "c"])),
        created=draw(small),
        updated=draw(small),
        followups=draw(small),
        required_filled=draw(st.integers(0, total)),
        required_total=total,
        duplicates=draw(small),
        stage_moves=draw(small),
    )


work = st.lists(rows(), max_size=12)


def day(**counts: int) -> Row:
    return dataclasses.replace(Row(person="p", day=MONDAY), **counts)  # type: ignore[arg-type]


def test_a_day_by_the_formula() -> None:
    worked = tally(
        [
            day(
                created=6,
                updated=5,
                duplicates=1,
                required_filled=45,
                required_total=50,
                followups=4,
                stage_moves=1,
            )
        ]
    )

    assert worked.entries == 2 * 10 * Fraction(45, 50)
    assert worked.followup_points == 12
    assert worked.stages == 5
    assert worked.score == Decimal("35.0")


def test_a_day_has_its_caps() -> None:
    worked = tally([day(created=500, followups=500, stage_moves=500)])

    assert worked.score == Decimal("80.0")


def test_duplicates_are_worth_nothing() -> None:
    assert tally([day(created=5, duplicates=5)]).score == tally([day()]).score == 0
    assert tally([day(created=5, duplicates=9)]).score == 0


def test_too_little_is_not_ranked() -> None:
    idle, busy = rank({1: [day(followups=LEAST_ACTIONS)], 2: [day(followups=LEAST_ACTIONS - 1)]})

    assert (idle.member_id, idle.rank) == (1, 1)
    assert (busy.member_id, busy.rank) == (2, None)


def test_equal_scores_share_a_rank() -> None:
    standings = rank(
        {
            1: [day(followups=5)],
            2: [day(followups=9)],
            3: [day(followups=7)],
            4: [day(followups=7)],
        }
    )

    assert [(each.member_id, each.rank) for each in standings] == [(2, 1), (3, 2), (4, 2), (1, 4)]


def test_scores_are_rounded_half_up() -> None:
    assert [rounded(Fraction(each, 100)) for each in (24, 25, 35, 45)] == [
        Decimal("0.2"),
        Decimal("0.3"),
        Decimal("0.4"),
        Decimal("0.5"),
    ]


@given(st.dictionaries(st.integers(1, 5), work, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    by_member: dict[int, list[Row]], random: Random
) -> None:
    shuffled = {}
    for member_id in sorted(by_member, reverse=True):
        mixed = list(by_member[member_id])
        random.shuffle(mixed)
        shuffled[member_id] = mixed

    assert rank(shuffled) == rank(by_member)


@given(work, rows())
def test_another_row_never_costs_anything(done: list[Row], more: Row) -> None:
    before, after = tally(done), tally([*done, more])

    assert after.score >= before.score
    assert after.actions >= before.actions


@given(work, rows(), st.sampled_from(["created", "updated", "followups", "stage_moves"]), small)
def test_more_work_never_lowers_a_score(done: list[Row], row: Row, what: str, more: int) -> None:
    busier = dataclasses.replace(row, **{what: getattr(row, what) + more})

    assert tally([*done, busier]).score >= tally([*done, row]).score


@given(work, rows(), st.integers(0, 200))
def test_filling_more_fields_never_lowers_a_score(done: list[Row], row: Row, more: int) -> None:
    filled = min(row.required_total, row.required_filled + more)
    fuller = dataclasses.replace(row, required_filled=filled)

    assert tally([*done, fuller]).score >= tally([*done, row]).score


@given(rows(), st.integers(1, 20))
def test_a_complete_new_record_never_lowers_a_score(row: Row, fields: int) -> None:
    more = dataclasses.replace(
        row,
        created=row.created + 1,
        required_filled=row.required_filled + fields,
        required_total=row.required_total + fields,
    )

    assert tally([more]).score >= tally([row]).score


@given(st.integers(1, 10), st.integers(1, 10), st.integers(0, 10), small)
def test_even_an_unfilled_record_never_lowers_a_score(
    records: int, fields: int, filled: int, followups: int
) -> None:
    """Where every record has the same number of required fields, as in one form."""
    done = day(
        created=records,
        required_filled=min(filled, records * fields),
        required_total=records * fields,
        followups=followups,
    )
    more = dataclasses.replace(
        done, created=records + 1, required_total=done.required_total + fields
    )

    assert tally([more]).score >= tally([done]).score


@given(work, st.integers(1, 30))
def test_duplicates_never_raise_a_score(done: list[Row], more: int) -> None:
    copied = [dataclasses.replace(each, duplicates=each.duplicates + more) for each in done]

    assert tally(copied).score <= tally(done).score


@given(st.dictionaries(st.integers(1, 8), work, max_size=8))
def test_ranks_follow_scores(by_member: dict[int, list[Row]]) -> None:
    ranked = [each for each in rank(by_member) if each.rank is not None]

    for one in ranked:
        assert one.rank == 1 + sum(other.score > one.score for other in ranked)
        assert one.tally.actions >= LEAST_ACTIONS


@given(work)
def test_what_could_be_gained_is_never_negative(done: list[Row]) -> None:
    assert all(gain >= 0 for gain in tally(done).gains.values())
