"""日报 and 周报: as they stand now, as they were, and what the keepers decide about today's."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated

from bot import edition, leader_reply
from bot.command import Found, Topic
from bot.context import Reply, Request
from bot.daily import TITLE, daily
from bot.errors import Refusal
from bot.grammar import half_width
from bot.listing import LINES_A_PAGE, take_page
from bot.message import Button, Card, Outgoing
from bot.moment import day_words
from bot.report_hour import LABELS, daily_words, hour_in, weekly_words
from bot.signature import Rest
from bot.weekly import picture, weekly
from storage import report as reports
from storage import team as teams
from storage.report import DAILY

topic = Topic("报告", about="日报、周报：看现在的，改几点发，发之前加一句", place=52)

_DAYS_AGO = {"今天": 0, "今日": 0, "昨天": 1, "昨日": 1, "前天": 2}
_DAY = re.compile(r"(?:(\d{4})[-年./])?(\d{1,2})[-月./](\d{1,2})[日号]?")


# --- 日报 ------------------------------------------------------------------------------------


@topic.command("日报", "今日日报", "今天的日报", example="日报")
async def today(
    request: Request, what: Annotated[str | None, Rest("哪天")] = None
) -> Outgoing | Reply:
    """看到现在为止的日报；后面写哪天，看那天发出去的"""
    words, page = take_page(what or "")
    if words:
        return await _of_day(request, _day_in(request, words), page)
    written = await daily(request)
    return _page(written.card(at=request.now), written.more, page, "日报")


async def _of_day(request: Request, day: date, page: int) -> Card:
    """As it was posted."""
    found = await reports.find(request.tx, team_id=request.team.id, kind=DAILY, day=day)
    if found is None or found.posted_at is None:
        raise Refusal(f"{day_words(day)}没有发过日报；看现在的就说：日报", usage=False)
    end = found.lines.index("")
    more = found.lines[end + 1 :]
    say = f"日报 {day.isoformat()}"
    first = Card(
        title=f"{TITLE}{day_words(day)}",
        text="\n".join(found.lines[:end]),
        buttons=(Button(label="更多", say=f"{say} 第2页"),) if more else (),
    )
    return _page(first, more, page, say)


def _page(first: Card, more: Sequence[str], page: int, say: str) -> Card:
    """The card itself, or a page of what is behind it."""
    if page == 1:
        return first
    begin = (page - 2) * LINES_A_PAGE
    shown = more[begin : begin + LINES_A_PAGE]
    if not shown:
        raise Refusal(f"日报没有第 {page} 页，第一页请说：{say}", usage=False)
    pages = 1 + -(-len(more) // LINES_A_PAGE)
    buttons = []
    if page < pages:
        buttons.append(Button(label="更多", say=f"{say} 第{page + 1}页", style="primary"))
    buttons.append(Button(label="上一页", say=f"{say} 第{page - 1}页" if page > 2 else say))
    return Card(
        title=f"{first.title} · 第{page}/{pages}页", text="\n".join(shown), buttons=tuple(buttons)
    )


def _day_in(request: Request, words: str) -> date:
    """The day that the words name: never one that is still to come. Raises Refusal."""
    today = request.now.date()
    plain = half_width(words).strip().removesuffix("的")
    if plain in _DAYS_AGO:
        return today - timedelta(days=_DAYS_AGO[plain])
    found = _DAY.fullmatch(plain)
    if found is None:
        raise Refusal(
            f"「{words[:20]}」没看懂。可以说：日报、日报 昨天、日报 11月24日", usage=False
        )
    try:
        day = date(int(found[1] or today.year), int(found[2]), int(found[3]))
        if day > today and not found[1]:
            day = day.replace(year=today.year - 1)
    except ValueError:
        raise Refusal(f"没有「{words[:20]}」这一天，比如 日报 11月24日", usage=False) from None
    return day


@topic.command("日报 加", "日报加", "日报 补充", example="日报 加 明天客户来现场看演示")
async def add(request: Request, what: Annotated[str, Rest("一句话")]) -> Outgoing:
    """在今天的日报里加一句自己的话，最多三句（项目经理或系统管理员）"""
    return await edition.add(request, what)


@topic.command("日报 撤回", "日报撤回", example="日报 撤回")
async def take_back(request: Request) -> Outgoing:
    """撤回自己刚加的那句（项目经理或系统管理员）"""
    return await edition.take_back(request)


@topic.command("日报 暂缓", "日报暂缓", "日报 先不发", example="日报 暂缓")
async def put_off(request: Request) -> Outgoing:
    """今天的日报先不发（项目经理或系统管理员）"""
    return await edition.put_off(request)


@topic.command("日报 发", "日报 发送", "发日报", example="日报 发")
async def send(request: Request) -> Outgoing | None:
    """今天的日报现在就发，一天只发一次（项目经理或系统管理员）"""
    return await edition.send_now(request)


# --- 周报 ------------------------------------------------------------------------------------


@topic.command("周报", "本周周报", example="周报")
async def this_week(request: Request) -> Outgoing:
    """看上次周报以来的站会、卡点、根因、任务，和几周的趋势图；每周最后一个工作日自动发"""
    card = await weekly(request)
    if card is None:
        return Card(title="这周台账上还没有动静")
    drawn = await picture(request, request.chat, card)
    if drawn is not None:
        await request.tell(request.chat, drawn)
    return card


# --- when ------------------------------------------------------------------------------------


@topic.command("设置 日报", "设置日报", example="设置 日报 18:00")
async def daily_hour(request: Request, when: Annotated[str, Rest("几点")]) -> Outgoing:
    """定日报几点发；关 就不发（项目经理或系统管理员）"""
    return await _save(request, "daily", when)


@topic.command("设置 周报", "设置周报", example="设置 周报 17:30")
async def weekly_hour(request: Request, when: Annotated[str, Rest("几点")]) -> Outgoing:
    """定周报几点发；关 就不发（项目经理或系统管理员）"""
    return await _save(request, "weekly", when)


async def _save(request: Request, name: str, when: str) -> Outgoing:
    await request.require_keeper("改设置要项目经理或系统管理员来做")
    at = hour_in(request, name, when)
    chosen = {"off": True} if at is None else {"at": f"{at:%H:%M}"}
    await teams.change_setting(request.tx, request.team.id, name, chosen)
    await request.step("设置", name)
    changed = replace(request.team, settings={**request.team.settings, name: chosen})
    words = (daily_words if name == "daily" else weekly_words)(request, changed)
    return Card(
        title=f"✅ {LABELS[name]}：{words}", buttons=(Button(label="看全部设置", say="设置"),)
    )


# --- what leaders answer ---------------------------------------------------------------------


@topic.listens_to_quotes
async def answered(request: Request, found: Found | None) -> Outgoing | Reply | None:
    """A quoted report, and no command: a word for somebody."""
    if found is not None or request.incoming.clicked:
        return None
    return await leader_reply.hear(request)
