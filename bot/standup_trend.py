"""How the standups went, week by week: who answers, in what mood, and what was chosen."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.attendance import Rate, attendances, rate
from bot.context import Context
from bot.standup_question import Question, questions_of
from storage import attendance
from storage import standup as answers
from storage.standup import Answer

FEWEST = 3  # of fewer people an average would tell what somebody said
_WEEK = timedelta(days=7)
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    monday: date
    answered: Rate
    averages: Mapping[str, float]  # by question, where enough people answered it
    chosen: Mapping[str, Counter[str]]  # by question, how often each option was chosen

    @property
    def mood(self) -> float | None:
        """The average of the team's first question from 1 to 5. None: it has none, or too few
        answered."""
        return next(iter(self.averages.values()), None)


async def trend(context: Context, weeks: int) -> list[Week]:
    """The last weeks, this one included, the earliest first."""
    zone = context.calendar.zone
    today = context.now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday()) - (weeks - 1) * _WEEK
    said = await answers.between(context.tx, context.team.id, monday, today)
    first = await attendance.first_answer(context.tx, context.team.id)
    held = await attendances(context, datetime.combine(monday, time(), zone), context.now)
    over = [each for each in held if each.sitting.closes <= context.now]
    found = []
    for number in range(weeks):
        begin = monday + number * _WEEK
        days = {begin + timedelta(days=n) for n in range(7)}
        week = [each for each in said if each.day in days]
        sat = [each for each in over if each.sitting.day in days]
        found.append(
            Week(
                monday=begin,
                answered=rate(sat, first=first),
                averages=averages(questions_of(context.team), week),
                chosen=_chosen(questions_of(context.team), week),
            )
        )
    return found


def averages(questions: Iterable[Question], said: Sequence[Answer]) -> dict[str, float]:
    found = {}
    for each in questions:
        given = [x for x in said if each.scale and each.read(x.more.get(each.label, ""))]
        if len({x.member_id for x in given}) >= FEWEST:
            values = [int(x.more[each.label]) for x in given]
            found[each.label] = sum(values) / len(values)
    return found


def _chosen(questions: Iterable[Question], said: Sequence[Answer]) -> dict[str, Counter[str]]:
    """Like a mood, what fewer than three people chose is nobody else's business."""
    found = {}
    for each in questions:
        given = [x for x in said if each.options and each.read(x.more.get(each.label, ""))]
        if len({x.member_id for x in given}) >= FEWEST:
            found[each.label] = Counter(x.more[each.label] for x in given)
    return found


# --- in words --------------------------------------------------------------------------------


def sparkline(values: Sequence[float | None], lowest: float, highest: float) -> str:
    """▂▅·▇: a bar for each, a dot for none."""
    span = highest - lowest
    return "".join(
        "·" if each is None else _BARS[round((each - lowest) / span * (len(_BARS) - 1))]
        for each in values
    )


def lines(weeks: Sequence[Week], questions: Sequence[Question]) -> list[str]:
    """The trend in a few lines; nobody's own answer can be read from them."""
    rates = [each.answered.percent for each in weeks]
    said = [f"{each}%" if each is not None else "–" for each in rates]
    found = [f"回答率 {sparkline(rates, 0, 100)}  {' → '.join(said)}"]
    for question in questions:
        if question.scale:
            values = [each.averages.get(question.label) for each in weeks]
            shown = [f"{each:.1f}" if each is not None else "–" for each in values]
            bars = sparkline(values, 1, question.scale)
            found.append(f"{question.label}（1–{question.scale}） {bars}  {' → '.join(shown)}")
        elif question.options:
            counts: Counter[str] = Counter()
            for each in weeks:
                counts += each.chosen.get(question.label, Counter())
            if counts:
                each_said = (f"{x} {counts[x]} 次" for x in question.options)
                found.append(f"{question.label}：{'、'.join(each_said)}")
    return found
