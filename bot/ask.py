"""What only 领导 can move: taken from the ledger, never made up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot import budget
from bot.blocker import RESOLVED, age_words, waiting_words
from bot.context import Context
from bot.decision import PENDING
from bot.escalation import LEADER
from bot.kind import head
from bot.receipt import first_line
from bot.risk import RED, by_weight
from bot.roles import Role
from storage import ledger
from storage import member as members
from storage.ledger import Entry

MOST_TITLE = 24  # characters
WARNED_AT = 80  # per cent of a budget


@dataclass(frozen=True, slots=True)
class Ask:
    entry: Entry
    text: str  # 卡点 #12 测试数据没到｜张三 等 李四｜卡了 3 个工作日，请协调

    def stored(self) -> dict[str, Any]:
        return {"number": self.entry.number, "text": self.text}


async def asks(context: Context) -> list[Ask]:
    """What waits for 领导, the most pressing first: what is stuck with them, what they must
    approve, red risks, budgets that run out, and what nobody has taken on."""
    entries = await ledger.listed(context.tx, context.team.id)
    known = await members.by_ids(context.tx, sorted({each.opened_by for each in entries}))
    names = {each.id: each.name for each in known.values()}
    leaders = {each.id: each.name for each in await context.in_role(Role.LEADER)}
    oldest = sorted(entries, key=lambda each: (each.opened_at, each.number))
    stuck = [each for each in oldest if each.kind == "blocker" and each.stage != RESOLVED]
    found = [_stuck(context, each, names, "请协调") for each in stuck if each.rung >= LEADER]
    found += [
        Ask(each, f"{_head(each)}｜{names[each.opened_by]} 等{approver}批准")
        for each in oldest
        if each.stage == PENDING
        and (approver := leaders.get(each.details.get("approver", 0))) is not None
    ]
    found += [
        Ask(each, f"{_head(each)}｜🔴{each.weight} 分，{_watched(each)}")
        for each in by_weight([each for each in oldest if each.kind == "risk"])
        if each.weight >= RED
    ]
    found += [_spent(each, names) for each in oldest if each.kind == "budget" and _short(each)]
    unowned = [each for each in stuck if each.owner_id is None and each.rung < LEADER]
    return found + [_stuck(context, each, names, "请定谁来办") for each in unowned]


def _head(entry: Entry) -> str:
    return f"{head(entry.kind, entry.number)} {first_line(entry.title, MOST_TITLE)}"


def _stuck(context: Context, entry: Entry, names: Mapping[int, str], wanted: str) -> Ask:
    hours = context.config.deadlines.hours
    age = age_words(entry, context.now, context.calendar, hours)
    return Ask(entry, f"{_head(entry)}｜{waiting_words(entry, names)}｜{age}，{wanted}")


def _watched(risk: Entry) -> str:
    return f"{risk.owner_name}在盯" if risk.owner_name else "还没人盯"


def _short(entry: Entry) -> bool:
    return budget.account(entry).passed >= WARNED_AT


def _spent(entry: Entry, names: Mapping[int, str]) -> Ask:
    sums = budget.account(entry)
    said = f"已用 {sums.percent}%，{sums.left_words}"
    return Ask(entry, f"{_head(entry)}｜{said}｜{names[entry.opened_by]} 记的")
