"""CRM usage rows as people and programs send them, checked one by one."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from storage import usage
from storage.database import Tx
from storage.usage import Row

MOST = 1_000_000_000  # of anything on one day
MOST_AMOUNT = Decimal(10) ** 15
LONGEST = 200  # of a name

# Every column by the names that people give it; the first is the contract's, the second is shown.
COUNTS = {
    "created": ("created", "新增", "新建", "新增记录", "新增客户"),
    "updated": ("updated", "更新", "修改", "更新记录"),
    "followups": ("followups", "跟进", "跟进记录", "拜访", "跟进客户"),
    "required_filled": ("required_filled", "必填已填", "已填必填", "必填完成", "已填"),
    "required_total": ("required_total", "必填总数", "必填", "必填字段", "应填", "必填项"),
    "duplicates": ("duplicates", "重复", "重复记录", "疑似重复", "查重"),
}
OPTIONAL = {
    "stage_moves": ("stage_moves", "阶段推进", "推进", "推进阶段", "商机推进"),
    "logins": ("logins", "登录次数", "登录"),
}
OTHERS = {
    "date": ("date", "日期", "day", "统计日期", "时间"),
    "record": ("record", "记录编号", "record_id", "记录", "记录id", "单号"),
    "amount": ("amount", "金额", "成交金额", "商机金额"),
}
# Surest first: the first that is filled names the person, the rest help to find the member.
PERSON = {
    "person": ("person", "人员", "用户", "员工", "销售", "成员"),
    "login": ("login", "账号", "帐号", "账户", "crm_login", "account", "username", "登录名",
              "用户名", "crm账号", "工号"),
    "mobile": ("mobile", "手机", "手机号", "手机号码", "电话", "phone", "联系电话"),
    "email": ("email", "邮箱", "e-mail", "邮件", "电子邮箱", "mail"),
    "external_id": ("external_id", "企业微信账号", "userid", "user_id", "open_id", "飞书id"),
    "name": ("name", "姓名", "名字", "用户姓名", "员工姓名", "销售姓名"),
}  # fmt: skip
_COLUMNS = COUNTS | OPTIONAL | OTHERS | PERSON


class BadRow(Exception):
    """A row that cannot be taken; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    row: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    accepted: int
    rejected: tuple[Rejected, ...]
    unmapped: tuple[str, ...]  # people of these rows who are no member yet


async def take_in(
    tx: Tx, team_id: int, rows: Iterable[tuple[int, object]], *, at: datetime
) -> Report:
    """Check numbered rows and store the good ones; a bad one stops no other."""
    good: list[Row] = []
    rejected: list[Rejected] = []
    for number, row in rows:
        try:
            good.append(parse(row))
        except BadRow as problem:
            rejected.append(Rejected(row=number, why=str(problem)))
    await usage.put(tx, team_id, good, at=at)
    people = {each.person: each.also for each in good}
    known = await usage.mapping(tx, team_id, people.items())
    unknown = [called(each, people[each]) for each in sorted(people) if known[each] is None]
    return Report(accepted=len(good), rejected=tuple(rejected), unmapped=tuple(unknown))


def parse(row: object) -> Row:
    """One row, by any of the columns' names. Raises BadRow."""
    if not isinstance(row, Mapping):
        raise BadRow("这一行不是一个对象")
    cells = _by_column(row)
    person, *also = _people(cells)
    counts = {name: _whole(name, cells.get(name), required=True) for name in COUNTS}
    counts |= {name: _whole(name, cells.get(name), required=False) for name in OPTIONAL}
    if counts["required_filled"] > counts["required_total"]:
        raise BadRow(
            f"{label('required_filled')}是 {counts['required_filled']}，"
            f"比{label('required_total')}的 {counts['required_total']} 还多"
        )
    return Row(
        person=person,
        also=tuple(also),
        day=_day(cells.get("date")),
        record=_words("record", cells.get("record")),
        amount=_amount(cells.get("amount")),
        **counts,
    )


def label(column: str) -> str:
    names = _COLUMNS[column]
    return f"{names[1]}（{names[0]}）"


def called(person: str, also: Iterable[str] = ()) -> str:
    """How a person of the CRM is shown: a mobile number is nobody else's business."""
    shown = [re.sub(r"^(\+?\d{3,5})\d{4}(\d{4})$", r"\1****\2", each) for each in (person, *also)]
    return "/".join(shown)


def _plain(name: object) -> str:
    """必填 总数（个） and Required_Total both without what does not matter."""
    text = unicodedata.normalize("NFKC", str(name)).casefold()
    return re.sub(r"[\s_\-]|[(\[][^)\]]*[)\]]", "", text)


_COLUMN_OF = {_plain(name): column for column, names in _COLUMNS.items() for name in names}


def _by_column(row: Mapping[Any, Any]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for name, value in row.items():
        plain = _plain(name)
        short = re.sub(r"(?:次数|条数|数量|数)$", "", plain)
        column = _COLUMN_OF.get(plain) or _COLUMN_OF.get(short)
        if column is not None and cells.get(column) in (None, ""):
            cells[column] = value
    return cells


def _people(cells: Mapping[str, Any]) -> list[str]:
    found = [_words(column, cells.get(column)) for column in PERSON]
    named = list(dict.fromkeys(each for each in found if each))
    if not named:
        raise BadRow("没有写是谁：要有姓名、手机、邮箱或账号（person）")
    return named


def _words(column: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise BadRow(f"{label(column)}要是文字")
    text = unicodedata.normalize("NFKC", str(value))
    text = " ".join("".join(x for x in text if x.isprintable() or x.isspace()).split())
    if len(text) > LONGEST:
        raise BadRow(f"{label(column)}太长了，最多 {LONGEST} 个字")
    return text


def _written(value: object) -> str:
    """A cell as text; empty where nothing was written, or nothing that could be a number."""
    if value is None or isinstance(value, bool):
        return "" if value is None else str(value)
    if isinstance(value, Decimal):  # how JSON's 3.0 and 1e3 arrive
        return f"{value:f}" if abs(value.adjusted()) < 30 else str(value)
    return unicodedata.normalize("NFKC", str(value)).strip()


def _whole(column: str, value: object, *, required: bool) -> int:
    text = _written(value)
    if not text:
        if required:
            raise BadRow(f"缺少{label(column)}")
        return 0
    fits = re.fullmatch(r"(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.0*)?", text)
    if fits is None:
        raise BadRow(f"{label(column)}必须是不小于 0 的整数，现在是「{text[:20]}」")
    number = int(fits[1].replace(",", ""))
    if number > MOST:
        raise BadRow(f"{label(column)}太大了：{number}")
    return number


def _amount(value: object) -> Decimal | None:
    text = _written(value)
    if not text:
        return None
    fits = re.fullmatch(r"¥?(-?(?:\d{1,30}|\d{1,3}(?:,\d{3}){1,9})(?:\.\d{1,30})?)元?", text)
    if fits is None:
        raise BadRow(f"{label('amount')}要是数字，现在是「{text[:20]}」")
    amount = Decimal(fits[1].replace(",", ""))
    if abs(amount) >= MOST_AMOUNT or amount * 100 % 1:
        raise BadRow(f"{label('amount')}最多到分，现在是「{text[:20]}」")
    return amount


_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EXCEL = re.compile(r"([3-7]\d{4})(?:\.\d+)?")  # days, as a workbook counts them
_EXCEL_EPOCH = date(1899, 12, 30)


def _day(value: object) -> date:
    text = _written(value)
    if not text:
        raise BadRow(f"缺少{label('date')}")
    written = _DATE.fullmatch(text) or _COMPACT.fullmatch(text)
    counted = _EXCEL.fullmatch(text)
    try:
        if written is None:
            found = _EXCEL_EPOCH + timedelta(days=int(counted[1])) if counted else None
        else:
            found = date(*(int(part) for part in written.groups()))
    except ValueError:
        found = None
    if found is None:
        raise BadRow(f"{label('date')}没看懂：「{text[:20]}」，要写成 2026-11-20")
    if not 2000 <= found.year <= 2100:
        raise BadRow(f"{label('date')}不对：「{text[:20]}」")
    return found
