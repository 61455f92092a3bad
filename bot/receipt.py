"""How a ledger entry is said: one receipt line, one list line, one whole story."""

from collections.abc import Sequence
from datetime import datetime

from bot.deadlines import Deadline
from bot.kind import KINDS, head
from bot.message import Button, Card, Person
from bot.moment import due_words
from storage.history import Event
from storage.ledger import CANCELLED, DONE, OPEN, SUPERSEDED, Entry

UNDO_HINT = '10分钟内回"撤销"'


def receipt(
    kind: str,
    number: int,
    title: str,
    *,
    owner: str | None = "",
    owner_is: str = "负责人",
    due: Deadline | None = None,
    now: datetime,
    helpers: Sequence[str] = (),
    notes: Sequence[str] = (),
    buttons: Sequence[Button] = (),
    mentions: Sequence[Person] = (),
) -> Card:
    """The answer to whatever was just written down: number, owner and deadline in one line.

    ``owner`` is None where one is wanted and nobody has it yet; empty where there is none to be.
    """
    parts = [f"{head(kind, number)} 已记"]
    if owner != "":
        parts.append(f"{owner_is} {owner or '待定'}")
    if helpers:
        parts.append(f"{KINDS[kind].helpers} {'、'.join(helpers)}")
    if due is not None and due.due is not None:
        guess = "（节假日安排未公布，按估计）" if due.status == "estimated" else ""
        parts.append(due_words(due.due, now) + guess)
    parts.append(UNDO_HINT)
    return Card(
        title=" · ".join(parts),
        text="\n".join(line for line in (title, *notes) if line),
        buttons=tuple(buttons),
        mentions=tuple(mentions),
    )


def line(entry: Entry, now: datetime) -> str:
    """#12 测试数据没到｜李四｜11月27日 周五 18:00（已逾期）"""
    share = f"（{entry.details['progress']}%）" if "progress" in entry.details else ""
    parts = [f"#{entry.number} {first_line(entry.title)}{share}"]
    if entry.owner_name or KINDS[entry.kind].owned:
        parts.append(entry.owner_name or "待认领")
    if entry.due is not None:
        late = "（已逾期）" if entry.state == OPEN and entry.due < now else ""
        parts.append(due_words(entry.due, now) + late)
    return "｜".join(parts)


def first_line(text: str, most: int = 40) -> str:
    lines = text.splitlines() or [""]
    return lines[0] if len(lines[0]) <= most else lines[0][: most - 1] + "…"


# What a stage adds to its state, in words.
STAGES = {
    ("task", "repeats"): "进行中（重复）",
    ("blocker", "resolved"): "已解决，等登记的人确认",
    ("decision", "pending"): "等批准",
    ("change", "pending"): "等批准",
    ("change", "approved"): "已批准",
    ("change", "rejected"): "没批准",
    ("decision", "rejected"): "没批准",
    ("feedback", "planned"): "已转任务",
    ("acceptance", "failed"): "没通过，要整改",
}


def state_words(entry: Entry) -> str:
    said = STAGES.get((entry.kind, entry.stage))
    if entry.state == OPEN:
        return said or KINDS[entry.kind].open
    if entry.state == CANCELLED and entry.stage == "rejected" and said:
        return said
    if entry.details.get("closed_by") == "timeout":
        return "超时没人确认，已关（不算解决）"
    if entry.state == CANCELLED and entry.details.get("merged_into"):
        return f"已并入 #{entry.details['merged_into']}"
    return {
        DONE: KINDS[entry.kind].done,
        CANCELLED: "已取消",
        SUPERSEDED: "已被取代",
    }[entry.state]


def story(
    entry: Entry,
    events: Sequence[Event],
    now: datetime,
    *,
    facts: Sequence[tuple[str, str]] = (),
    most: int = 20,
) -> Card:
    """One entry with all that happened to it; ``facts`` are what only its kind has."""
    shown = [("状态", state_words(entry)), *_owner(entry), *facts]
    if entry.due is not None:
        shown.append(("截止", due_words(entry.due, now)))
    lines = [
        f"{each.at.astimezone(now.tzinfo):%m-%d %H:%M} {each.by or '大管家'} {each.verb}"
        + (f"：{first_line(each.text, 60)}" if each.text else "")
        for each in events
    ]
    if len(lines) > most:
        lines = [lines[0], f"……中间还有 {len(lines) - most} 步", *lines[-(most - 1) :]]
    return Card(
        title=head(entry.kind, entry.number),
        text="\n".join([entry.title, "", "经过：", *lines]),
        facts=tuple(shown),
        buttons=tuple(each for each in actions(entry) if each.label != "查看"),
    )


def _owner(entry: Entry) -> list[tuple[str, str]]:
    """Nothing where there is nobody to be, or where it is who must approve."""
    if entry.stage in ("pending", "rejected") or not (entry.owner_name or KINDS[entry.kind].owned):
        return []
    if entry.kind == "acceptance":  # where nobody is named, its facts say who may judge it
        return [("验收人", entry.owner_name)] if entry.owner_name else []
    return [("负责人", entry.owner_name or "待认领")]


def actions(entry: Entry) -> tuple[Button, ...]:
    """What can be done with an entry at a press: the obvious next step first."""
    number = entry.number
    if entry.state == SUPERSEDED:
        return (Button(label="查看", say=f"查看 {number}"),)
    if entry.state != OPEN:
        return (Button(label="重开", say=f"重开 {number}"),)
    found: list[Button] = []
    if entry.kind == "blocker" and entry.stage == "resolved":
        found.append(Button(label="确认", say=f"确认 {number}", style="primary"))
        found.append(Button(label="没解决", say=f"重开 {number}"))
    elif entry.stage == "pending":
        found.append(Button(label="批准", say=f"批准 {number}", style="primary"))
        found.append(Button(label="驳回", say=f"驳回 {number}"))
    elif entry.kind == "acceptance":
        found.append(Button(label="通过", say=f"通过 {number}", style="primary"))
        found.append(Button(label="不通过", say=f"不通过 {number}"))
    elif entry.kind == "feedback":
        found.append(Button(label="+1", say=f"支持 {number}", style="primary"))
        if entry.stage != "planned":
            found.append(Button(label="转任务", say=f"转任务 {number}"))
    elif entry.kind not in ("decision", "minutes", "budget", "lesson"):
        finish = KINDS[entry.kind].finish
        found.append(Button(label=finish, say=f"{finish} {number}", style="primary"))
    if entry.kind == "risk":
        found.append(Button(label="复查", say=f"复查 {number}"))
    if entry.kind == "goal":
        found.append(Button(label="记实际值", say=f"实际 {number}"))
    if None in entry.details.get("readers", {}).values():
        found.append(Button(label="已阅", say=f"已阅 {number}"))
    if entry.owner_id is None and entry.kind in ("blocker", "task", "data"):
        found.append(Button(label="认领", say=f"认领 {number}"))
    if entry.kind in ("blocker", "task", "data"):
        found.append(Button(label="转交", say=f"转交 {number}"))
    if entry.kind in ("blocker", "task", "milestone", "goal"):
        found.append(Button(label="改期", say=f"改期 {number}"))
    if entry.kind == "blocker" and not entry.stage and entry.rung < 3:
        found.append(Button(label="升级", say=f"升级 {number}"))
    found.append(Button(label="查看", say=f"查看 {number}"))
    return tuple(found)
