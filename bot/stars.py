"""How a ranking is said: periods, medals, one reason each, and what would gain most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.leaderboard import LEAST_ACTIONS, Standing, Tally, rounded

MOST_SHOWN = 10
_MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}
_MANY_FIELDS = 10  # from here on a completeness says something
_NEARLY_ALL = 95  # percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    name: str
    since: date
    until: date

    @property
    def words(self) -> str:
        first, last = (f"{day.month}月{day.day}日" for day in (self.since, self.until))
        return f"{self.name}（{first}—{last}）"


def this_week(today: date) -> Period:
    monday = today - timedelta(days=today.weekday())
    return Period(name="本周", since=monday, until=monday + timedelta(days=6))


def last_week(today: date) -> Period:
    week = this_week(today - timedelta(days=7))
    return Period(name="上周", since=week.since, until=week.until)


def this_month(today: date) -> Period:
    first = today.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    return Period(name="本月", since=first, until=after - timedelta(days=1))


def last_month(today: date) -> Period:
    month = this_month(today.replace(day=1) - timedelta(days=1))
    return Period(name="上月", since=month.since, until=month.until)


PERIODS = {
    "本周": this_week,
    "这周": this_week,
    "这个星期": this_week,
    "上周": last_week,
    "上星期": last_week,
    "本月": this_month,
    "这个月": this_month,
    "上月": last_month,
    "上个月": last_month,
}


def ranking(standings: Sequence[Standing], names: Mapping[int, str], *, winners: int) -> list[str]:
    """A line each: a medal and a reason on the podium, the score below; ties stand together."""
    ranked = [each for each in standings if each.rank is not None]
    lines = []
    for each in ranked[:MOST_SHOWN]:
        place = each.rank or 0
        said = f"{names[each.member_id]} {each.score} 分"
        if place <= winners:
            said = f"{_MEDALS.get(place, '🏅')} {said}｜{reason(each, ranked)}"
        else:
            said = f"{place}. {said}"
        lines.append(said)
    if len(ranked) > MOST_SHOWN:
        lines.append(f"……上榜的还有 {len(ranked) - MOST_SHOWN} 位")
    return lines


def reason(standing: Standing, ranked: Sequence[Standing]) -> str:
    """The one thing that this person did best."""
    mine = standing.tally
    best = [
        (mine.followups, "followups", f"跟进 {mine.followups} 次"),
        (mine.genuine, "genuine", f"录入 {mine.genuine} 条有效数据"),
        (mine.stage_moves, "stage_moves", f"推进商机阶段 {mine.stage_moves} 次"),
    ]
    for count, what, words in best:
        others = [getattr(x.tally, what) for x in ranked if x is not standing]
        if count and others and count > max(others):
            return f"{words}，全队最多"
    fields = f"{mine.required_filled}/{mine.required_total}"
    complete = mine.completeness or 0
    if mine.genuine and mine.required_total >= _MANY_FIELDS and complete >= _NEARLY_ALL:
        return f"必填项补全 {complete}%（{fields}）"
    if mine.created >= LEAST_ACTIONS and not mine.duplicates:
        return f"新增 {mine.created} 条，没有一条重复"
    if mine.days >= 4:
        return f"{mine.days} 天都在用，跟进 {mine.followups} 次、录入 {mine.genuine} 条"
    return f"跟进 {mine.followups} 次，录入 {mine.genuine} 条"


def why(tally: Tally) -> str:
    """What a score is made of."""
    complete = f"，必填补全 {tally.completeness}%" if tally.completeness is not None else ""
    doubled = f"，重复 {tally.duplicates} 条不算" if tally.duplicates else ""
    parts = [
        f"录入 {tally.genuine} 条得 {rounded(tally.entries)} 分{complete}{doubled}",
        f"跟进 {tally.followups} 次得 {rounded(tally.followup_points)} 分",
    ]
    if tally.stage_moves:
        parts.append(f"推进 {tally.stage_moves} 次得 {rounded(tally.stages)} 分")
    return "；".join(parts)


def advice(tally: Tally) -> str:
    """The habit that would have given most."""
    if tally.actions < LEAST_ACTIONS:
        return f"再录入或跟进 {LEAST_ACTIONS - tally.actions} 次就能上榜"
    habit, gain = max(tally.gains.items(), key=lambda each: each[1])
    empty = tally.required_total - tally.required_filled
    words = {
        "fields": f"把 {empty} 个没填的必填项补上",
        "duplicates": f"新增前先查重（有 {tally.duplicates} 条重复）",
        "followups": "每天多跟进 1 次客户",
    }
    if gain <= 0:
        return "每天的分都拿满了，保持住就好"
    return f"最能涨分的是{words[habit]}，能多 {rounded(gain)} 分"
