"""复盘: the pack that closes a roll-out, gathered from the ledger."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot import acceptance, budget, milestone, risk
from bot.blocker import TIMEOUT
from bot.cause import NO_CAUSE, grouped
from bot.context import Request
from bot.decision import approval_words
from bot.moment import day_words
from bot.money import say
from bot.paper import Section, Table
from bot.receipt import state_words
from storage import closing, history, ledger
from storage import member as members
from storage.ledger import CANCELLED, DONE, OPEN, SUPERSEDED, SUPERSEDES, Entry

MOST_ROWS = 200  # of one table: more is for 导出, and would keep the others waiting
MOST_CAUSES = 60  # different ones that are compared with each other
MOST_NUMBERS = 8  # of blockers with one cause


@dataclass(frozen=True, slots=True)
class Part:
    """A section, and what the first page says of it; empty where there is nothing."""

    section: Section
    summary: str = ""


Gather = Callable[[Request, Mapping[int, str]], Awaitable[Part]]


async def gather(request: Request) -> list[Part]:
    """Every section, in the order in which people read them."""
    names = {each.id: each.name for each in await members.in_team(request.tx, request.team.id)}
    return [await each(request, names) for each in _PARTS]


def subtitle(request: Request) -> str:
    today = f"{request.now.year}年{day_words(request.now)}"
    return f"{request.team.name} · {today} · 由{request.sender.name}整理"


def overview(parts: Sequence[Part]) -> Section:
    rows = [(each.section.title, each.summary or "没有记录") for each in parts]
    return Section("一页看完", [Table(("内容", "结果"), (2, 8), rows)])


def in_a_line(parts: Sequence[Part]) -> str:
    """目标 2/3 达成，里程碑 1/2 达成, …"""
    return "；".join(each.summary for each in parts if each.summary)


def _part(title: str, nothing: str, table: Table, total: int, summary: str, *before: str) -> Part:
    if not total:
        return Part(Section(title, [nothing]))
    more = total - len(table.rows)
    rest = [f"……还有 {more} 条没有列出，要全部请说 导出"] if more > 0 else []
    return Part(Section(title, [*before, table, *rest]), summary)


async def _of(
    request: Request, kind: str, order: str = "number"
) -> tuple[list[Entry], int, Mapping[str, int]]:
    found, total = await closing.part(
        request.tx, request.team.id, kind, order=order, limit=MOST_ROWS
    )
    return found, total, await closing.states(request.tx, request.team.id, kind)


# --- goals and milestones --------------------------------------------------------------------


async def _goals(request: Request, _names: Mapping[int, str]) -> Part:
    found, total, states = await _of(request, "goal", "due")
    rows = [
        (
            f"#{each.number}",
            each.title,
            str(each.details.get("metric", "没写")),
            str(each.details.get("actual", "没记")),
            _plan_and_actual(request, each),
            state_words(each),
        )
        for each in found
    ]
    table = Table(("编号", "目标", "指标", "实际", "计划与完成", "状态"), (2, 6, 5, 4, 6, 3), rows)
    reached = states.get(DONE, 0)
    return _part("目标达成", "没有记过目标。", table, total, f"目标 {reached}/{total} 达成")


async def _milestones(request: Request, _names: Mapping[int, str]) -> Part:
    found, total, states = await _of(request, "milestone", "due")
    stories = await history.stories(request.tx, [each.id for each in found])
    rows = [
        (
            f"#{each.number}",
            each.title,
            each.owner_name or "",
            _plan_and_actual(request, each),
            milestone.slips(stories[each.id], request.now) or "没改过",
            state_words(each),
        )
        for each in found
    ]
    late = sum((milestone.late_days(each, request.now) or 0) > 0 for each in found)
    words = f"里程碑 {states.get(DONE, 0)}/{total} 达成" + (f"，{late} 个晚于计划" if late else "")
    table = Table(
        ("编号", "里程碑", "负责人", "计划与实际", "推迟", "状态"), (2, 6, 3, 6, 6, 3), rows
    )
    return _part("里程碑", "没有记过里程碑。", table, total, words)


def _plan_and_actual(request: Request, entry: Entry) -> str:
    now, plan = request.now, milestone.planned(entry)
    if entry.state == DONE:
        return milestone.versus(entry, now)
    if plan is None or entry.due is None:
        return "没定日期"
    late = milestone.late_days(entry, now)
    moved = (
        f"，现在 {milestone.day_of(entry.due, now)}，{milestone.late_words(late)}" if late else ""
    )
    return f"计划 {milestone.day_of(plan, now)}{moved}"


# --- blockers --------------------------------------------------------------------------------


async def _blockers(request: Request, _names: Mapping[int, str]) -> Part:
    endings = await closing.endings(request.tx, request.team.id)
    if not endings:
        return Part(Section("卡点（按根因）", ["没有记过卡点。"]))
    closed = [each for each in endings if each.state == DONE]
    solved = [each for each in closed if each.closed_by != TIMEOUT]
    timed_out = [each for each in closed if each.closed_by == TIMEOUT]
    still = [each for each in endings if each.state == OPEN]
    counts = [f"解决 {len(solved)}"]
    counts += [f"超时关闭 {len(timed_out)}（不算解决）"] if timed_out else []
    counts += [f"还开着 {len(still)}"] if still else []
    parts: list[str | Table] = ["只有登记的人确认过的才算解决。" + "，".join(counts) + "。"]
    if solved:
        rows = cause_rows(solved)
        parts.append(Table(("根因", "次数", "卡点", "最近的方案"), (6, 2, 5, 7), rows))
    else:
        parts.append("没有确认解决的卡点。")
    if timed_out:
        parts += _named("超时没人确认、自动关闭的，不算解决：", timed_out)
    if still:
        parts += _named("还没解决的：", still)
    return Part(Section("卡点（按根因）", parts), f"卡点 {'，'.join(counts)}")


def _named(said: str, endings: Sequence[closing.Ending]) -> list[str | Table]:
    rows = [(f"#{each.number}", each.title) for each in endings[: MOST_ROWS // 2]]
    more = len(endings) - len(rows)
    rest = [f"……还有 {more} 条没有列出，要全部请说 导出 卡点"] if more else []
    return [said, Table(("编号", "卡点"), (2, 18), rows), *rest]


def cause_rows(solved: Sequence[closing.Ending]) -> list[tuple[str, str, str, str]]:
    """Causes in similar words together; only the commonest are compared with each other."""
    causes = Counter(each.cause.strip() for each in solved)
    without = causes.pop("", 0)
    common = [cause for cause, _ in causes.most_common(MOST_CAUSES)]
    groups = sorted(grouped(common), key=lambda group: -sum(causes[each] for each in group))
    rows = [
        _cause_row(group[0], [each for each in solved if each.cause.strip() in group])
        for group in groups
    ]
    others = sum(causes.values()) - sum(causes[each] for each in common)
    if others:
        rows.append((f"其余 {len(causes) - len(common)} 种原因", str(others), "", ""))
    if without:
        rows.append(_cause_row(NO_CAUSE, [each for each in solved if not each.cause.strip()]))
    return rows


def _cause_row(cause: str, held: Sequence[closing.Ending]) -> tuple[str, str, str, str]:
    fixes = [each.fix for each in held if each.fix]
    return cause, str(len(held)), _numbers(held), fixes[-1] if fixes else ""


def _numbers(endings: Sequence[closing.Ending]) -> str:
    said = "、".join(f"#{each.number}" for each in endings[:MOST_NUMBERS])
    return said + (f" 等 {len(endings)} 个" if len(endings) > MOST_NUMBERS else "")


# --- decisions and changes -------------------------------------------------------------------


async def _decisions(request: Request, names: Mapping[int, str]) -> Part:
    found, total, states = await _of(request, "decision")
    ties = await ledger.ties(request.tx, request.team.id, SUPERSEDES)
    rows = [
        (
            f"#{each.number}",
            each.title,
            _standing(each, ties),
            str(each.details.get("reason", "")),
            await approval_words(request, each) or f"{names.get(each.opened_by, '')}记的",
        )
        for each in found
    ]
    table = Table(("编号", "决策", "状态", "理由", "批准"), (2, 7, 5, 6, 5), rows)
    valid = states.get(OPEN, 0) + states.get(DONE, 0)
    replaced = states.get(SUPERSEDED, 0)
    words = f"决策 {valid} 条有效" + (f"，{replaced} 条被取代" if replaced else "")
    return _part("决策", "没有记过决策。", table, total, words)


def _standing(entry: Entry, ties: Sequence[tuple[int, int]]) -> str:
    before = "、".join(f"#{old}" for new, old in ties if new == entry.number)
    after = "、".join(f"#{new}" for new, old in ties if old == entry.number)
    state = state_words(entry)
    if entry.state == SUPERSEDED and after:
        state = f"已被 {after} 取代"
    return state + (f"，取代了 {before}" if before else "")


async def _changes(request: Request, _names: Mapping[int, str]) -> Part:
    found, total, states = await _of(request, "change")
    rows = [
        (
            f"#{each.number}",
            each.title,
            str(each.details.get("impact", "")),
            await approval_words(request, each),
            state_words(each),
        )
        for each in found
    ]
    table = Table(("编号", "变更", "影响", "批准", "状态"), (2, 8, 5, 5, 3), rows)
    rejected = states.get(CANCELLED, 0)
    words = f"变更 {total} 个，落地 {states.get(DONE, 0)}"
    return _part(
        "变更",
        "没有记过变更。",
        table,
        total,
        words + (f"，没批准 {rejected}" if rejected else ""),
    )


# --- risks -----------------------------------------------------------------------------------


async def _risks(request: Request, _names: Mapping[int, str]) -> Part:
    found, total, states = await _of(request, "risk", "weight")
    rows = [
        (
            f"#{each.number}",
            each.title,
            f"{risk.colour_name(each.weight)} {risk.score_words(each)}",
            str(each.details.get("response", "没写")),
            each.owner_name or "",
            state_words(each),
        )
        for each in found
    ]
    table = Table(
        ("编号", "风险", "概率×影响", "应对", "责任人", "状态"), (2, 7, 4, 7, 3, 3), rows
    )
    words = f"风险 {total} 个，还盯着 {states.get(OPEN, 0)}"
    return _part("风险", "没有记过风险。", table, total, words)


# --- budget and acceptance -------------------------------------------------------------------


async def _budget(request: Request, _names: Mapping[int, str]) -> Part:
    found, total, _ = await _of(request, "budget")
    if not found:
        return Part(Section("预算", ["没有定过预算。"]))
    every = await ledger.listed(request.tx, request.team.id, kind="budget", state=None)
    sums = budget.together([budget.account(each) for each in every if each.state != CANCELLED])
    rows = [(each.title, *_amounts(budget.account(each))) for each in found]
    rows.append(("合计", *_amounts(sums)))
    table = Table(("科目", "计划", "已花", "剩余", "用了"), (6, 4, 4, 4, 2), rows)
    words = f"预算 {say(sums.plan)}，花了 {say(sums.spent)}（{sums.percent}%）"
    return _part("预算", "", table, total + 1, words)


def _amounts(sums: budget.Account) -> tuple[str, str, str, str]:
    return say(sums.plan), say(sums.spent), say(sums.left), f"{sums.percent}%"


async def _acceptance(request: Request, names: Mapping[int, str]) -> Part:
    found, total, states = await _of(request, "acceptance")
    rows = [
        (
            f"#{each.number}",
            each.title,
            state_words(each),
            _judge(each, names),
            _evidence(each),
        )
        for each in found
    ]
    table = Table(("编号", "条目", "结果", "验收人", "证据或原因"), (2, 8, 4, 3, 7), rows)
    words = f"验收 {states.get(DONE, 0)}/{total} 通过"
    return _part("验收", "没有记过验收项。", table, total, words)


def _judge(entry: Entry, names: Mapping[int, str]) -> str:
    """Who looked at it last; before that, who is to."""
    seen = acceptance.evidence_of(entry)
    return names.get(seen[-1]["by"], "") if seen else entry.owner_name or ""


def _evidence(entry: Entry) -> str:
    seen = acceptance.evidence_of(entry)
    if entry.state != DONE:
        return str(seen[-1]["text"]) if seen and not seen[-1]["passed"] else ""
    shown = "；".join(str(each["text"]) for each in seen if each["passed"] and each["text"])
    failures = acceptance.failures(entry)
    return (shown or "没写证据") + (f"（之前没通过 {failures} 次）" if failures else "")


async def _lessons(request: Request, names: Mapping[int, str]) -> Part:
    found, total, _ = await _of(request, "lesson")
    rows = [(f"#{each.number}", each.title, names.get(each.opened_by, "")) for each in found]
    table = Table(("编号", "经验教训", "谁记的"), (2, 14, 3), rows)
    return _part("经验教训", "还没有人记，可以说：经验 一句话。", table, total, f"经验 {total} 条")


_PARTS: Sequence[Gather] = (
    _goals,
    _milestones,
    _blockers,
    _decisions,
    _risks,
    _changes,
    _budget,
    _acceptance,
    _lessons,
)
