"""A plan from a spreadsheet: what each column was understood as, and the tasks of its rows."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.clerk import LONGEST_TITLE
from bot.deadlines import Hours, understand
from bot.errors import Misconfigured
from bot.grammar import clean
from bot.workdays import Calendar

Roster = Mapping[str, Sequence[tuple[int, str]]]  # by what people are called: id and name

# Every column by the names that people give it, the surest first.
COLUMNS = {
    "title": (
        "任务", "任务名称", "任务标题", "任务内容", "事项", "工作事项", "待办事项", "事项名称",
        "待办", "工作内容", "工作任务", "工作项", "工作", "标题", "名称", "内容", "行动项",
        "交付物", "任务描述", "title", "task", "taskname", "name", "summary", "subject", "item",
        "action", "actionitem",
    ),
    "owner": (
        "负责人", "责任人", "任务负责人", "第一责任人", "主责人", "主要负责人", "责任者",
        "执行人", "经办人", "承办人", "牵头人", "主办人", "处理人", "跟进人", "owner", "assignee",
        "assignedto", "responsible", "资源名称", "resourcenames", "负责", "责任",
    ),
    "helpers": (
        "协助", "协助人", "协办", "协办人", "参与人", "参与者", "参与人员", "配合人", "协同人",
        "协作人", "协助人员", "配合", "helpers", "helper", "participants", "collaborators",
        "support",
    ),
    "due": (
        "截止", "截止日期", "截止时间", "计划完成", "计划完成时间", "计划完成日期",
        "计划截止时间", "要求完成时间", "计划结束时间", "计划结束日期", "计划结束",
        "预计完成时间", "预计完成日期", "预计完成", "完成期限", "到期日", "到期时间", "期限",
        "due", "duedate", "deadline", "ddl", "完成时间", "完成日期", "结束时间", "结束日期",
        "finish", "finishdate", "end", "enddate",
    ),
    "note": (
        "备注", "说明", "备注说明", "任务说明", "描述", "详细说明", "详情", "要求", "note",
        "notes", "remark", "remarks", "comment", "comments", "description", "details",
    ),
    "state": (
        "状态", "任务状态", "完成状态", "完成情况", "进展状态", "当前状态", "status", "state",
        "进度", "完成进度", "完成率", "完成百分比", "进展", "progress", "%complete",
        "percentcomplete",
    ),
    "priority": (
        "优先级", "优先", "紧急程度", "重要程度", "重要性", "priority", "urgency",
    ),
}  # fmt: skip

DONE = {
    "已完成", "完成", "已结束", "已关闭", "关闭", "结束", "done", "closed", "complete",
    "completed", "finished", "100%", "是", "√", "✓", "✔", "✅", "yes", "y",
}  # fmt: skip
DROPPED = {"取消", "已取消", "作废", "已作废", "不做了", "cancelled", "canceled", "dropped"}
OPEN = {
    "", "未开始", "未完成", "没完成", "待开始", "待办", "待处理", "进行中", "处理中", "执行中",
    "已开始", "跟进中", "延期", "已延期", "逾期", "已逾期", "滞后", "正常", "否", "×", "open",
    "todo", "doing", "inprogress", "notstarted", "new", "pending", "no", "n", "0", "0%",
}  # fmt: skip
NOTHING = {"", "-", "--", "—", "——", "/", "无", "待定", "暂无", "未定", "tbd", "n/a", "na", "none"}
PRIORITIES = {
    "紧急": ("紧急", "非常紧急", "特急", "最高", "urgent", "critical", "highest", "p0"),
    "高": ("高", "重要", "high", "important", "p1"),
    "普通": ("中", "普通", "一般", "正常", "medium", "normal", "p2"),
    "低": ("低", "不急", "low", "lowest", "p3", "p4"),
}
WEIGHTS = {"紧急": 20, "高": 10}  # as a blocker's

_SERIAL = re.compile(r"[45]\d{4}(?:\.\d+)?")  # a day as Excel counts, where the cell shows it raw
_EXCEL_BEGINS = date(1899, 12, 30)
_MIDNIGHT = re.compile(r"[T ]0?0:00(?::00(?:\.0+)?)?$")  # a day as databases write it
_WITH_YEAR = re.compile(r"(?<!\d)20\d\d(?=\d{4}(?!\d)|\D|$)")


class BadRow(Exception):
    """A row that cannot be taken; the text says why, to whoever wrote the sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    used: Mapping[str, str]  # what it says → how the file calls it
    ignored: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    row: int
    title: str
    owner: tuple[int, str] | None
    helpers: tuple[tuple[int, str], ...]
    due: datetime | None
    priority: str
    progress: int | None  # percent
    notes: tuple[str, ...]

    @property
    def sameness(self) -> tuple[str, int | None, datetime | None]:
        """Two with the same are one task."""
        return self.title, self.owner[0] if self.owner else None, self.due


@dataclass(slots=True)
class Plan:
    columns: Columns
    tasks: list[Planned] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)
    over: list[int] = field(default_factory=list)  # rows that are done or dropped


# --- columns -------------------------------------------------------------------------------


def columns_of(header: Sequence[str]) -> Columns:
    """Raises Misconfigured if no column says what is to be done."""
    by_name: dict[str, str] = {}
    for each in header:
        by_name.setdefault(_plain(each), each)
    used = {
        what: found
        for what, names in COLUMNS.items()
        if (found := next((by_name[name] for name in names if name in by_name), None))
    }
    if "title" not in used:
        named = ", ".join(each for each in header if each)
        raise Misconfigured(
            f"no column says what is to be done: call it 任务, 事项 or title (there are: {named})"
        )
    return Columns(used=used, ignored=[each for each in header if each not in used.values()])


def _plain(name: str) -> str:
    """计划完成时间（年/月/日） and Due_Date both without what does not matter."""
    folded = unicodedata.normalize("NFKC", name).lower()
    return re.sub(r"[^\w%]|_", "", re.sub(r"[(\[【].*?[)\]】]", "", folded))


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


# --- rows ----------------------------------------------------------------------------------


def read(
    rows: Iterable[tuple[int, Mapping[str, str]]],
    *,
    roster: Roster,
    now: datetime,
    calendar: Calendar,
    hours: Hours,
) -> Plan:
    """Every row as a task, or why not. Raises Misconfigured for a table that is no plan."""
    rows = list(rows)
    if not rows:
        raise Misconfigured("the file has no rows under its header")
    plan = Plan(columns_of(list(rows[0][1])))
    used = plan.columns.used
    state = used.get("state", "")
    as_parts = all(_part(row.get(state, "")) for _, row in rows)
    for number, row in rows:
        cells = {what: clean(row.get(name, "")).strip() for what, name in used.items()}
        try:
            percent, words = _state(cells.get("state", ""), as_parts=as_parts)
            if percent == 100:
                plan.over.append(number)
                continue
            plan.tasks.append(
                Planned(
                    row=number,
                    title=_title(cells["title"]),
                    due=due_of(cells.get("due", ""), now, calendar, hours),
                    **_people(cells, roster),
                    progress=percent,
                    **_priority_and_notes(cells, words, used),
                )
            )
        except BadRow as problem:
            plan.bad.append((number, str(problem)))
    return plan


def _title(text: str) -> str:
    title = "\n".join(" ".join(line.split()) for line in text.splitlines()).strip()
    if not re.search(r"\w", title):
        raise BadRow("没写要做什么")
    if len(title) > LONGEST_TITLE:
        raise BadRow(f"有 {len(title)} 字，最多 {LONGEST_TITLE} 字")
    return title


def _part(text: str) -> bool:
    """A share of 1, as Excel keeps a percentage."""
    return not text or re.fullmatch(r"(?:0(?:\.\d+)?|1(?:\.0+)?)", text) is not None


def _state(text: str, *, as_parts: bool) -> tuple[int | None, str]:
    """How many percent of it are done, 100 also where it was dropped; or words worth keeping."""
    folded = _folded(text)
    if folded in DONE or folded in DROPPED:
        return 100, ""
    if folded in OPEN:
        return None, ""
    if as_parts:
        return min(100, int(float(folded) * 100)), ""
    percent = re.fullmatch(r"(\d{1,2}|100)(?:\.\d+)?%?", folded)
    return (int(percent[1]), "") if percent else (None, text)


def _priority_and_notes(
    cells: Mapping[str, str], state: str, used: Mapping[str, str]
) -> dict[str, Any]:
    written = cells.get("priority", "")
    folded = _folded(written)
    priority = next((level for level, names in PRIORITIES.items() if folded in names), "")
    notes = [cells.get("note", "")]
    if state:
        notes.append(f"{used['state']}：{state}")
    if not priority and folded not in NOTHING:
        notes.append(f"{used['priority']}：{written}")
    return {"priority": priority, "notes": tuple(each for each in notes if each)}


# --- people --------------------------------------------------------------------------------


def roster_of(contacts: Iterable[Mapping[str, Any]]) -> Roster:
    """By name, platform id, mobile, e-mail and CRM login."""
    found: dict[str, list[tuple[int, str]]] = {}
    for each in contacts:
        person = (int(each["id"]), str(each["name"]))
        keys = {_folded(str(value)) for name, value in each.items() if name != "id" and value}
        for key in keys:
            found.setdefault(key, []).append(person)
    return found


def _people(cells: Mapping[str, str], roster: Roster) -> dict[str, Any]:
    """As in a sentence: the first is the owner, the others help."""
    owners = people_of(cells.get("owner", ""), roster)
    helpers = [*owners[1:], *people_of(cells.get("helpers", ""), roster)]
    owner = owners[0] if owners else None
    others = dict.fromkeys(each for each in helpers if each != owner)
    return {"owner": owner, "helpers": tuple(others)}


def people_of(text: str, roster: Roster) -> list[tuple[int, str]]:
    """Raises BadRow for a name that nobody has, or that several share."""
    if _folded(text) in NOTHING:
        return []
    if _folded(text.lstrip("@＠")) in roster:
        return [_person(text, roster)]
    words = [each for each in re.split(r"[、,，;；/|\n&+]|\s+和\s+", text) if each.strip(" @＠")]
    found = []
    for each in words:
        if _bare(each) in roster:
            found.append(_person(each, roster))
        else:  # 张三 李四, but not Anna Schmidt, who was found above
            found += [_person(one, roster) for one in each.split()]
    return list(dict.fromkeys(found))


def _bare(name: str) -> str:
    """@王敏（销售部） as the roster knows her."""
    return _folded(re.sub(r"[(（].*?[)）]", "", name).strip().lstrip("@＠"))


def _person(name: str, roster: Roster) -> tuple[int, str]:
    found = roster.get(_folded(name.strip().lstrip("@＠"))) or roster.get(_bare(name))
    if not found:
        raise BadRow(f"团队里没有叫 {name.strip()[:40]} 的")
    if len(found) > 1:
        raise BadRow(f"叫 {name.strip()[:40]} 的有 {len(found)} 位，请写账号或邮箱")
    return found[0]


# --- deadlines -----------------------------------------------------------------------------


def due_of(text: str, now: datetime, calendar: Calendar, hours: Hours) -> datetime | None:
    """Raises BadRow for what is no day, or might be two."""
    if _folded(text) in NOTHING:
        return None
    wanted = _MIDNIGHT.sub("", unicodedata.normalize("NFKC", text).strip())
    if _SERIAL.fullmatch(wanted):
        wanted = _of_excel(wanted)
    found = understand(wanted, now, calendar, hours)
    rest = re.sub(
        r"[\W_]|之?前|截止|周[一二三四五六日天]", "", wanted.replace(found.matched, "", 1)
    )
    if found.status == "none" or rest or (found.due is None and found.status != "invalid"):
        raise BadRow(f"期限「{text[:40]}」没看懂，请写成 2026-11-27")
    if found.status == "invalid" or found.due is None:
        raise BadRow(f"期限「{text[:40]}」这一天不存在")
    written_out = _WITH_YEAR.search(found.matched)
    if found.status in ("past", "confirm") and not written_out:
        why = "已经过去了" if found.status == "past" else "拿不准是哪天"
        raise BadRow(f"期限「{text[:40]}」{why}，请连年份写成 2026-11-27")
    return found.due


def _of_excel(serial: str) -> str:
    moment = datetime.combine(_EXCEL_BEGINS, datetime.min.time()) + timedelta(days=float(serial))
    rounded = (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)
    whole = "." not in serial
    return rounded.date().isoformat() if whole else rounded.isoformat(sep=" ")
