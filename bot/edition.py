"""Today's daily report on its way: what the keepers add, hold or send, and who gets it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.context import Context, Request
from bot.daily import Daily, daily
from bot.errors import Refusal
from bot.leave import away
from bot.message import Button, Card
from bot.moment import day_words
from bot.preference import daily_hour
from bot.roles import KEEPERS, Role
from storage import report as reports
from storage import team as teams
from storage.member import Member
from storage.report import DAILY, Report
from storage.team import TeamChat

AHEAD = timedelta(minutes=15)  # the project managers see it before 领导
MOST_ADDED = 3
LONGEST_ADDED = 100  # characters
SEND = Button(label="现在发", say="日报 发", style="primary")
ADD = Button(label="加一句", say="日报 加", style="primary")
HOLD = Button(label="先不发", say="日报 暂缓")


# --- to whom ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Readers:
    chats: Sequence[TeamChat]
    who: str  # in words: 周总; 「管理群」
    missed: Sequence[str] = ()  # 领导 that the bot cannot speak to
    wanted: bool = True  # False: nobody is there to report to, the team reads it itself


async def readers(context: Context) -> Readers | None:
    """The group that was chosen for reports, else each 领导 in private, else the team's own
    group. None: there is no way to anybody."""
    groups = await teams.groups(context.tx, context.team.id)
    chosen = next((each for each in groups if each.purpose == "report"), None)
    if chosen is not None:
        return Readers([chosen], f"「{chosen.name}」")
    leaders = await context.in_role(Role.LEADER)
    # Who is away and has a stand-in need not be disturbed; who has none gets it all the same.
    present = (await away(context)).there(leaders) or leaders
    found = [(each.name, await context.reach(each)) for each in present]
    missed = [name for name, private in found if private is None]
    there = [(name, private) for name, private in found if private is not None]
    if there:
        names = "、".join(name for name, _ in there)
        return Readers([private for _, private in there], names, missed)
    if not groups:
        return None
    return Readers([groups[0]], f"「{groups[0].name}」", missed, wanted=bool(leaders))


async def previewers(context: Context) -> list[tuple[Member, TeamChat]]:
    """The project managers that the bot can speak to in private, who are there; where there are
    none at all, the 系统管理员. Never in a group: a draft is not for everybody."""
    managers = await context.in_role(Role.MANAGER) or await context.in_role(Role.ADMIN)
    present = (await away(context)).there(managers)
    return [
        (each, private)
        for each in present
        if each.has(*KEEPERS) and (private := await context.reach(each)) is not None
    ]


# --- the draft -------------------------------------------------------------------------------


def posts_at(context: Context) -> datetime | None:
    """When today's report goes out by itself; None on a day without one."""
    at = daily_hour(context.config, context.team)
    day = context.now.date()
    if at is None or not context.calendar.is_workday(day):
        return None
    return context.calendar.at(day, at)


async def preview(context: Context) -> None:
    """Show the draft to those who may add to it; nothing if it is held or posted already."""
    people = await previewers(context)
    to = await readers(context)
    at = posts_at(context)
    if not people or to is None or at is None:
        return
    kept = await reports.find(
        context.tx, team_id=context.team.id, kind=DAILY, day=context.now.date()
    )
    if kept is not None and (kept.posted_at or kept.held_by):
        return
    draft = await daily(context, kept.added if kept else ())
    if draft.quiet and not to.wanted:
        return
    note = _missed_words(to)
    card = Card(
        title=f"📝 日报草稿｜{day_words(context.now)}｜{at:%H:%M} 发给{to.who}",
        text="\n".join([*draft.lines, *([note] if note else [])]),
        buttons=(ADD, HOLD),
    )
    for _, private in people:
        await context.tell(private, card)


def _missed_words(to: Readers) -> str:
    if not to.missed:
        return ""
    names = "、".join(to.missed)
    return f"（我没法先私聊{names}，他收不到；在有他的群里说 设置 本群 日报 就行）"


# --- posting ---------------------------------------------------------------------------------


async def post(context: Context) -> None:
    """At its hour: to its readers, once; who holds it is told so instead.

    That nothing has happened is worth a line to 领导; a team without any knows it itself.
    """
    if await _idle(context):
        return
    held = await _hold_today(context)
    if held.posted_at is not None:
        return
    if held.held_by is not None:
        await _tell_holder(context, held)
        return
    await _send(context, held)


async def _idle(context: Context) -> bool:
    to = await readers(context)
    return to is not None and not to.wanted and (await daily(context)).quiet


async def _hold_today(context: Context) -> Report:
    return await reports.hold(
        context.tx, team_id=context.team.id, kind=DAILY, day=context.now.date()
    )


async def _send(context: Context, held: Report) -> Readers | None:
    """None: there is nobody to send it to."""
    to = await readers(context)
    if to is None:
        return None
    written: Daily = await daily(context, held.added)
    await reports.post(
        context.tx,
        held.id,
        lines=written.stored(),
        asks=[each.stored() for each in written.asks],
        at=context.clock,
    )
    for chat in to.chats:
        await context.tell(chat, written.card())
    return to


async def _tell_holder(context: Context, held: Report) -> None:
    team = await context.in_role(Role.MANAGER) + await context.in_role(Role.ADMIN)
    holder = next((each for each in team if each.id == held.held_by), None)
    if holder is None:
        return
    card = Card(
        title=f"⏸️ 今天的日报没发｜{day_words(context.now)}",
        text="你说过先不发。今天 24:00 前都可以发；不发，这些事会写进下一次日报",
        buttons=(SEND,),
    )
    await context.tell_member(holder, card)


# --- what the keepers say --------------------------------------------------------------------


async def _open_today(request: Request) -> Report:
    """Today's report, to be changed. Raises Refusal for who may not, and once it is posted."""
    await request.require_keeper("日报要项目经理或系统管理员来定")
    held = await _hold_today(request)
    if held.posted_at is not None:
        at = held.posted_at.astimezone(request.now.tzinfo)
        raise Refusal(
            f"今天的日报 {at:%H:%M} 已经发了。还有要说的，明天的日报里加，或者直接找领导说",
            usage=False,
        )
    return held


def _when_words(request: Request) -> str:
    at = posts_at(request)
    if at is None or at <= request.now:
        return "今天不会自动发，要发请说：日报 发"
    return f"{at:%H:%M} 发"


async def add(request: Request, words: str) -> Card:
    """Lines of a keeper's own, below the facts."""
    held = await _open_today(request)
    before = [dict(each) for each in held.added]
    said = [line.strip() for line in words.splitlines() if line.strip()]
    new = [line for line in dict.fromkeys(said) if line not in [each["text"] for each in before]]
    for line in new:
        if len(line) > LONGEST_ADDED:
            raise Refusal(
                f"一句最多 {LONGEST_ADDED} 个字，这句有 {len(line)} 个，请写短一点", usage=False
            )
    if len(before) + len(new) > MOST_ADDED:
        raise Refusal(
            f"一天最多补充 {MOST_ADDED} 句，已经有 {len(before)} 句；要换一句先说：日报 撤回",
            usage=False,
        )
    me = request.sender
    added = [*before, *({"by": me.id, "name": me.name, "text": line} for line in new)]
    await _change(request, held, "日报 加", added=added)
    return _added_card(request, "✅ 日报里会加上" if new else "✅ 这句已经在日报里了", added, held)


async def take_back(request: Request) -> Card:
    """The last line that the sender has added."""
    held = await _open_today(request)
    added = [dict(each) for each in held.added]
    mine = [each for each in added if each["by"] == request.sender.id]
    if not mine:
        raise Refusal("今天的日报里没有你加的话，要加请说：日报 加 明天客户来现场", usage=False)
    added.remove(mine[-1])
    await _change(request, held, "日报 撤回", added=added)
    return _added_card(request, f"↩️ 已撤回：{mine[-1]['text']}", added, held)


def _added_card(
    request: Request, title: str, added: Sequence[dict[str, Any]], held: Report
) -> Card:
    lines = [f"{each['name']}补充：{each['text']}" for each in added]
    when = "先不发，要发请说：日报 发" if held.held_by else _when_words(request)
    buttons = [ADD] if len(added) < MOST_ADDED else []
    if any(each["by"] == request.sender.id for each in added):
        buttons.append(Button(label="撤回一句", say="日报 撤回"))
    if held.held_by:
        buttons.append(SEND)
    return Card(title=f"{title}｜{when}", text="\n".join(lines), buttons=tuple(buttons))


async def put_off(request: Request) -> Card:
    """It does not go out by itself today."""
    held = await _open_today(request)
    again = held.held_by is not None
    if not again:
        await _change(request, held, "日报 暂缓", held_by=request.sender.id)
    title = "今天的日报本来就已经先不发了" if again else "⏸️ 好，今天的日报先不发"
    return Card(
        title=title,
        text="今天 24:00 前都可以发；不发，这些事会写进下一次日报",
        buttons=(SEND, replace(ADD, style="default")),
    )


async def send_now(request: Request) -> Card | None:
    """Before its hour, after it was held, or on a day without one. None: it was posted here."""
    held = await _open_today(request)
    to = await _send(request, held)
    if to is None:
        raise Refusal(
            "还没有能发的地方：请先把我拉进一个群，再说 日报 发",
            usage=False,
        )
    await request.step("日报 发")
    if request.chat in to.chats:
        return None
    return Card(title=f"✅ 日报已经发给{to.who}", text=_missed_words(to))


async def _change(request: Request, held: Report, verb: str, **values: Any) -> None:
    await reports.change(request.tx, held.id, **values)
    await request.step(verb)
