"""How a ledger entry is said: one receipt line, one list line, one whole story."""

from collections.abc import Sequence
from datetime import datetime

from bot.deadlines import Deadline
from bot.message import Button, Card
from bot.moment import due_words
from storage.ledger import CANCELLED, DONE, OPEN, SUPERSEDED, Entry, Event

NAMES = {
    "blocker": "卡点",
    "task": "任务",
    "decision": "决策",
    "change": "变更",
    "risk": "风险",
    "milestone": "里程碑",
    "goal": "目标",
    "feedback": "反馈",
    "data": "数据问题",
    "question": "问题",
    "minutes": "纪要",
    "acceptance": "验收",
    "budget": "预算",
    "training": "培训",
    "visit": "跟进",
}
STATES = {OPEN: "进行中", DONE: "已完成", CANCELLED: "已取消", SUPERSEDED: "已被取代"}


def name(kind: str) -> str:
    return NAMES.get(kind, kind)


def head(kind: str, number: int) -> str:
    return f"{name(kind)} #{number}"


def receipt(
    kind: str,
    number: int,
    title: str,
    *,
    owner: str | None,
    due: Deadline | None,
    now: datetime,
    helpers: Sequence[str] = (),
    note: str = "",
    buttons: Sequence[Button] = (),
) -> Card:
    """The answer to whatever was just written down: number, owner and deadline in one line."""
    parts = [f"✅ {head(kind, number)}", f"负责人 {owner or '待定'}"]
    if due is not None and due.due is not None:
        guess = "（节假日安排未公布，按估计）" if due.status == "estimated" else ""
        parts.append(f"截止 {due_words(due.due, now)}{guess}")
    if helpers:
        parts.append(f"协助 {'、'.join(helpers)}")
    return Card(
        title="｜".join(parts),
        text="\n".join(line for line in (title, note) if line),
        buttons=tuple(buttons),
    )


def line(entry: Entry, now: datetime) -> str:
    """#12 测试数据没到｜李四｜11月27日 周五 18:00（已逾期）"""
    parts = [f"#{entry.number} {first_line(entry.title)}", entry.owner_name or "待认领"]
    if entry.due is not None:
        late = "（已逾期）" if entry.state == OPEN and entry.due < now else ""
        parts.append(due_words(entry.due, now) + late)
    return "｜".join(parts)


def first_line(text: str, most: int = 40) -> str:
    lines = text.splitlines() or [""]
    return lines[0] if len(lines[0]) <= most else lines[0][: most - 1] + "…"


def _state(entry: Entry) -> str:
    if entry.kind == "blocker" and entry.state == DONE:
        return "已解决"
    return STATES.get(entry.state, entry.state)


def story(entry: Entry, events: Sequence[Event], helpers: Sequence[str], now: datetime) -> Card:
    facts = [
        ("状态", _state(entry)),
        ("负责人", entry.owner_name or "待认领"),
    ]
    if helpers:
        facts.append(("协助", "、".join(helpers)))
    if entry.due is not None:
        facts.append(("截止", due_words(entry.due, now)))
    lines = [
        f"{each.at.astimezone(now.tzinfo):%m-%d %H:%M} {each.by or '大管家'} {each.verb}"
        + (f"：{first_line(each.text, 60)}" if each.text else "")
        for each in events
    ]
    return Card(
        title=head(entry.kind, entry.number),
        text="\n".join([entry.title, "", "经过：", *lines]),
        facts=tuple(facts),
        buttons=actions(entry),
    )


def actions(entry: Entry) -> tuple[Button, ...]:
    """What can be done with an entry at a press."""
    if entry.state != OPEN:
        return (Button(label="重开", say=f"重开 {entry.number}"),)
    finish = "解决" if entry.kind == "blocker" else "完成"
    found = [Button(label=finish, say=f"{finish} {entry.number}", style="primary")]
    if entry.owner_id is None:
        found.append(Button(label="认领", say=f"认领 {entry.number}"))
    found.append(Button(label="查看", say=f"查看 {entry.number}"))
    return tuple(found)


def listing(title: str, entries: Sequence[Entry], now: datetime, *, most: int = 20) -> Card:
    """A numbered list; long ones say how many more there are."""
    lines = [f"{name(each.kind)} {line(each, now)}" for each in entries[:most]]
    if len(entries) > most:
        lines.append(f"……还有 {len(entries) - most} 条")
    return Card(title=f"{title}（{len(entries)}）", text="\n".join(lines))
