"""风险: what may go wrong, rated, with an answer to it and a day to look again."""

import re
from datetime import datetime
from typing import Annotated, Any

from bot import risk
from bot.capture import capture
from bot.clerk import answer, change, check_may_change, check_open, check_title, find_kind
from bot.command import Topic
from bot.context import Reply, Request
from bot.decision import check_words
from bot.errors import Refusal
from bot.grammar import half_width
from bot.risk import Level
from bot.signature import Mention, Number, Option, Rest
from storage.ledger import Entry
from storage.member import Member

topic = Topic("风险", about="可能出的事：多大、怎么应对、什么时候再看", place=14)

_LEVELS = "高/中/低"
_ALSO = {
    **dict.fromkeys(("大", "很大", "很高"), "高"),
    **dict.fromkeys(("中等", "一般"), "中"),
    **dict.fromkeys(("小", "很小", "很低"), "低"),
}
_EXAMPLE = "比如：风险 供应商可能延期 概率：高 影响：中"


@topic.command(
    "风险",
    example="风险 接口供应商可能延期 概率：高 影响：中 应对：先做模拟接口 复查：下周五 @李四",
)
async def register(
    request: Request,
    what: Annotated[str, Rest("内容")],
    probability: Annotated[
        Level | None, Option("概率", "可能性", hint=_LEVELS, also=_ALSO)
    ] = None,
    impact: Annotated[Level | None, Option("影响", "影响程度", hint=_LEVELS, also=_ALSO)] = None,
    response: Annotated[str | None, Option("应对", "应对措施")] = None,
    review: Annotated[str | None, Option("复查", "复核", hint="时间")] = None,
    people: Annotated[tuple[Member, ...], Mention("责任人")] = (),
) -> Reply:
    """记一个风险，概率和影响写 高/中/低 或 1–5；不 @ 就由你自己盯着，不写复查就一个月后"""
    check_words(what)
    if probability is None or impact is None:
        lacks = "和".join(
            word for word, given in (("概率", probability), ("影响", impact)) if given is None
        )
        raise Refusal(f"还缺{lacks}，写 高/中/低 或 1–5，{_EXAMPLE}", usage=False)
    check_title(response or "")
    day = (
        risk.review_day(request, review)
        if review
        else risk.next_month(request.now.date(), request.calendar)
    )
    people = tuple(dict.fromkeys(people)) or (request.sender,)
    weight = risk.score(probability, impact)
    details = {**risk.rating(probability, impact), "review": day.isoformat()}
    if response:
        details["response"] = response
    rated = f"{risk.colour_name(weight)} {risk.rated_words(details, weight)}"
    notes = [
        f"{risk.colour(weight)} {rated} · 复查 {risk.day_of(day, request.now)}",
        f"应对：{response}" if response else "还没写应对，可以补：评估 {number} 应对：…",
    ]
    return await capture(
        request,
        "risk",
        what,
        owner=people[0],
        owner_is="责任人",
        helpers=people[1:],
        weight=weight,
        details=details,
        notes=notes,
    )


@topic.command("评估", "重新评估", example="评估 12 概率：高 影响：高 应对：换备用供应商")
async def rate(
    request: Request,
    number: Annotated[int, Number()],
    probability: Annotated[
        Level | None, Option("概率", "可能性", hint=_LEVELS, also=_ALSO)
    ] = None,
    impact: Annotated[Level | None, Option("影响", "影响程度", hint=_LEVELS, also=_ALSO)] = None,
    response: Annotated[str | None, Option("应对", "应对措施")] = None,
    note: Annotated[str | None, Rest("说明")] = None,
) -> Reply:
    """重新评一个风险，或补上应对；没写到的不变"""
    entry = await find_kind(request, number, "risk")
    check_open(entry)
    check_may_change(request, entry)
    if probability is None and impact is None and response is None:
        raise Refusal(f"要评什么？比如：评估 {number} 概率：高 影响：中 应对：…", usage=False)
    check_title(response or "")
    chosen = _merged(number, entry.details, probability, impact)
    weight = risk.score(*chosen) if chosen else entry.weight
    rated = risk.rating(*chosen) if chosen else {}
    details = risk.details_with(entry, **rated, response=response)
    moved = risk.changed_words(entry, weight) if weight != entry.weight else ""
    rerated = moved or (f"还是 {risk.colour(weight)}{weight}" if chosen else "")
    said = "，".join(
        each for each in (rerated, f"应对：{response}" if response else "", note or "") if each
    )
    await change(request, entry, "评估", said, weight=weight, details=details)
    title = f"风险 #{number} " + (f"重新评估：{moved}" if moved else "已更新")
    rate_words = (
        f"{risk.colour_name(weight)} {risk.rated_words(details, weight)}" if chosen else ""
    )
    lines = [rate_words, f"应对：{response}" if response else "", note or ""]
    return await answer(request, entry, title, *lines)


def _merged(
    number: int, details: Any, probability: Level | None, impact: Level | None
) -> tuple[Level, Level] | None:
    """Both numbers, what was not said as it was; None if neither was said."""
    if probability is None and impact is None:
        return None
    before = [details.get("probability"), details.get("impact")]
    given = [probability or before[0], impact or before[1]]
    if None in given:
        raise Refusal(f"概率和影响都要写，比如：评估 {number} 概率：高 影响：中", usage=False)
    return Level(str(given[0])), Level(str(given[1]))


# 下次 and a day, at the end: 再问一次供应商 下次 12月20日.
_NEXT = re.compile(r"(?:^|[\s,;，；。])下次(?:复查)?\s*:?\s*(?P<when>\S.*)$", re.DOTALL)


@topic.command("复查", "复核", example="复查 12 供应商已签约，风险变小 下次 12月25日")
async def review(
    request: Request,
    number: Annotated[int, Number()],
    what: Annotated[str | None, Rest("结论 下次 时间")] = None,
) -> Reply:
    """记下看过一个风险的结论；不写 下次 就一个月后再看"""
    entry = await find_kind(request, number, "risk")
    check_open(entry)
    check_may_change(request, entry)
    if request.incoming.clicked and not what:
        _check_not_today(request, entry)
    found = _NEXT.search(half_width(what or ""))
    conclusion = (what or "")[: found.start()].strip(" ,，;；。") if found else (what or "")
    day = (
        risk.review_day(request, found["when"])
        if found
        else risk.next_month(request.now.date(), request.calendar)
    )
    after = risk.day_of(day, request.now)
    details = risk.details_with(entry, review=day.isoformat(), reviewed=request.clock.isoformat())
    said = "，".join(each for each in (conclusion, f"下次 {after}") if each)
    await change(request, entry, "复查", said, details=details)
    title = f"{risk.colour(entry.weight)} 风险 #{number} 复查过了 · 下次 {after}"
    hint = f"大小变了就说：评估 {number} 概率：… 影响：…"
    return await answer(request, entry, title, conclusion, hint)


def _check_not_today(request: Request, entry: Entry) -> None:
    """A button pressed twice must not note two reviews."""
    written = entry.details.get("reviewed")
    last = datetime.fromisoformat(written).astimezone(request.now.tzinfo) if written else None
    if last is not None and last.date() == request.now.date():
        raise Refusal(
            f"风险 #{entry.number} 今天 {last:%H:%M} 已经复查过了，要补结论请说："
            f"复查 {entry.number} 结论",
            usage=False,
        )
