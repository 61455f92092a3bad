"""A sentence, or a submitted form, becomes the typed arguments that a signature describes.

A marker says where in the sentence an argument stands; the type says what it is. People and
deadlines are found first, options next, a number at the front; what is left is the text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot import money
from bot.deadlines import Deadline, Hours, title_without, understand
from bot.errors import Refusal
from bot.every import Found, find_rule
from bot.signature import Amount, Every, Mention, Number, Option, Parameter, Rest, Section, When
from bot.value import convert, numbers
from bot.workdays import Calendar
from storage.member import Member

# Full-width letters, digits and the punctuation that commands use; one for one, so that a
# position means the same in the text as typed.
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
# Control and bidi characters deceive; half a surrogate pair cannot be stored at all.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2069\ufeff\ud800-\udfff]"
)


def half_width(text: str) -> str:
    """The text with full-width characters made half-width; every position stays the same."""
    return text.translate(_WIDTH)


def clean(text: str) -> str:
    """The text without control and bidi characters, which only ever deceive."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A person in the text, between two positions."""

    start: int
    end: int
    member: Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """What was said after the command word, with the people in it already recognised."""

    text: str
    people: Sequence[Named] = ()
    fields: Mapping[str, str] | None = None
    # By name and by id, for people in fields; None where two are called that.
    roster: Mapping[str, Member | None] | None = None
    quoted_number: int | None = None
    now: datetime
    calendar: Calendar
    hours: Hours


class Missing(Refusal):
    """A required argument was not given."""


class Unclear(Exception):
    """A deadline that must be asked about."""

    def __init__(self, parameter: Parameter, deadline: Deadline) -> None:
        super().__init__(deadline.status)
        self.parameter = parameter
        self.deadline = deadline


def parse(wanted: Sequence[Parameter], sentence: Sentence) -> dict[str, Any]:
    """The arguments. Raises Refusal, or Unclear where a deadline needs a question."""
    if sentence.fields:
        return _from_fields(wanted, sentence)
    reading = _Reading(sentence, wanted)
    order = sorted(wanted, key=lambda each: _TURN[type(each.marker)])
    values = {each.name: reading.take(each) for each in order}
    for each in wanted:
        if values[each.name] is None or values[each.name] == ():
            if each.required:
                raise Missing(_missing(each))
            values[each.name] = each.default
    return values


_TURN = {Number: 0, Section: 1, Option: 1, Mention: 2, Amount: 3, Every: 4, When: 5, Rest: 6}


# 第12号, #12, 12: but not 12号 or 12月 or 12:30, which are times.
_NUMBER = re.compile(
    r"\s*(?:第\s*(\d{1,9})\s*[号条个]?|(?:#\s*|no\.?\s*)?(\d{1,9})(?!\d|[.:年月日号点%]))\s*",
    re.IGNORECASE,
)

# 完成 5、6 must not do the first and drop the second; 完成 5，3点前发 names a time.
_MORE_NUMBERS = re.compile(
    r"[、,和跟及]\s*#?\d{1,9}(?![\d.:年月日号点时%个条天人万元块次份家位])|[#\d][\d\s,、#]*$"
)

# 昨天导入失败了 tells what happened; nobody means it as a deadline.
_HAPPENED = re.compile("昨|前天|前几天|上周|上个?星期|上个?礼拜|上个?月|去年|刚才|刚刚|以来|过去")


class _Reading:
    """A sentence being taken apart; what is taken is blanked, so positions stay valid."""

    def __init__(self, sentence: Sentence, wanted: Sequence[Parameter]) -> None:
        self.sentence = sentence
        options = (each for each in wanted if isinstance(each.marker, Option))
        labels = "|".join(_names(each) + _follows(each) for each in options)
        self._labels = re.compile(rf"(?:^|(?<=[\s,;，；。、]))(?:{labels})")
        self.left = sentence.text
        self.people = list(sentence.people)
        self._repeats: Found | None = None
        self._mentions = any(isinstance(each.marker, Mention) for each in wanted)

    def take(self, wanted: Parameter) -> Any:
        match wanted.marker:
            case Number():
                return self._number()
            case Amount():
                return self._amount(wanted)
            case Option():
                return self._option(wanted)
            case Mention():
                return self._mention(wanted)
            case Every():
                return self._every()
            case When():
                return self._when(wanted)
            case Rest():
                return convert(wanted, self._rest()) if self._rest() else None

    def _blank(self, start: int, end: int) -> None:
        self.left = self.left[:start] + " " * (end - start) + self.left[end:]

    def _number(self) -> int | None:
        found = _NUMBER.match(half_width(self.left))
        if found is None:
            return self.sentence.quoted_number
        self._blank(0, found.end())
        if _MORE_NUMBERS.match(half_width(self.left).strip()):
            raise Refusal("一次只能说一个编号，请一条一条说", usage=False)
        return int(found[1] or found[2])

    def _amount(self, wanted: Parameter) -> Decimal | None:
        found = money.find(half_width(self.left), wanted.marker.label)
        if found is None:
            return None
        self._blank(found.start, found.end)
        return found.amount

    def _option(self, wanted: Parameter) -> Any:
        text = half_width(self.left)
        label = _names(wanted) + _follows(wanted)
        found = re.search(rf"(?:^|(?<=[\s,;，；。、])){label}", text)
        if found is None:
            return None
        if wanted.type is int and wanted.many:
            listed = _NUMBERS.match(text, found.end())
            self._blank(found.start(), listed.end() if listed else found.end())
            return numbers(wanted, listed[0] if listed else "")
        # Ends are looked for in the whole sentence: what is taken already still divides it.
        end = self._option_end(wanted, half_width(self.sentence.text), found.end())
        if wanted.type is Member:
            person = next((p for p in self.people if p.start == found.end()), None)
            if person is None:
                return None
            self.people.remove(person)
            self._blank(found.start(), person.end)
            return person.member
        end = self._before_people(found.end(), end)
        value = self.left[found.end() : end].strip(" \t\n,，;；")
        self._blank(found.start(), end)
        return convert(wanted, value) if value else None

    def _option_end(self, wanted: Parameter, text: str, start: int) -> int:
        """A word for a choice or a number; for words, up to the command's next option."""
        if wanted.type is not str:
            found = re.compile(r"[\s,;，；。]").search(text, start)
        else:
            found = self._labels.search(text, start)
        return found.start() if found else len(text)

    def _before_people(self, start: int, end: int) -> int:
        """Who is named after an option's last word belongs to the sentence, not to the option."""
        named = [each for each in self.people if start <= each.start and each.end <= end]
        for each in reversed(named if self._mentions else ()):
            if not self.left[each.end : end].strip(" \t\n,，、;；"):
                end = each.start
        return end

    def _mention(self, wanted: Parameter) -> Any:
        if wanted.many:
            members = tuple(each.member for each in self.people)
            for each in self.people:
                self._blank(each.start, each.end)
            self.people.clear()
            return members
        if not self.people:
            return None
        first = self.people.pop(0)
        self._blank(first.start, first.end)
        return first.member

    def _every(self) -> Any:
        self._repeats = found = find_rule(self.left, self.sentence.hours)
        if found is not None:
            self._blank(found.start, found.stop)
        return found.rule if found else None

    def _when(self, wanted: Parameter) -> Deadline | None:
        deadline = _understood(self.left, self.sentence)
        if deadline.status == "none":
            return None
        told = deadline.status == "past" and _HAPPENED.search(deadline.matched)
        if told and not wanted.required and self.left[deadline.spans[0][1] :].strip():
            return None  # 复查昨天失败的客户; but 写方案 昨天 is meant as a deadline
        if deadline.status in ("past", "confirm", "invalid"):
            if self._repeats:
                return None  # 每周五 写上周的小结: its days are what the work is about
            raise Unclear(wanted, deadline)
        rest = title_without(self.left, deadline)
        # Where nothing but the deadline was said, it is no text.
        self.left = rest if rest != self.left.strip() or not _covers(deadline, rest) else ""
        return deadline

    def _rest(self) -> str:
        lines = (re.sub(r"[ \t\u3000]+", " ", line).strip() for line in self.left.splitlines())
        return "\n".join(line for line in lines if line).strip(" ,，;；:：")


def _names(wanted: Parameter) -> str:
    names = wanted.marker.names if isinstance(wanted.marker, Option) else ()
    return f"(?:{'|'.join(map(re.escape, names))})"


def _follows(wanted: Parameter) -> str:
    """What stands between a label and its value: a person or a #number needs no colon."""
    if wanted.type is Member:
        return r"\s*:?\s*(?=@)"
    return r"\s*(?::\s*|(?=#\s*\d))" if wanted.type is int else r"\s*:\s*"


# #3、#5: after the first a number needs its #, so that 取代 #3，12月起 names one.
_NUMBERS = re.compile(r"#?\s*\d{1,9}(?:\s*[,，、和及跟]?\s*#\s*\d{1,9})*")


def _understood(text: str, sentence: Sentence) -> Deadline:
    return understand(text, sentence.now, sentence.calendar, sentence.hours)


def _covers(deadline: Deadline, text: str) -> bool:
    return not re.sub(r"[\W_]|前|截止", "", text.replace(deadline.matched, ""))


def _missing(wanted: Parameter) -> str:
    match wanted.marker:
        case Number():
            return "要说是第几号，比如 12；也可以直接引用那条消息来说"
        case Mention():
            return f"要 @ 一个人：{wanted.marker.label}"
        case When():
            return f"要写上{wanted.marker.label}，比如 周五下班前"
        case Amount():
            return f"还缺{wanted.marker.label}，前面空一格写，比如 12000 或 1.2万"
        case _:
            return f"还缺{wanted.marker.label}"


def _from_fields(wanted: Sequence[Parameter], sentence: Sentence) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for each in wanted:
        written = clean((sentence.fields or {}).get(each.name, "")).strip()
        if not written:
            if isinstance(each.marker, Number):
                said = _NUMBER.match(half_width(sentence.text))  # 改期 12, with a form for when
                number = int(said[1] or said[2]) if said else sentence.quoted_number
                if number is not None:
                    values[each.name] = number
                    continue
            # What a button added to the sentence of a form: 卡点 并入 #5.
            if isinstance(each.marker, Option) and (
                added := _Reading(sentence, wanted).take(each)
            ):
                values[each.name] = added
                continue
            if each.required:
                raise Missing(_missing(each))
            values[each.name] = each.default
            continue
        values[each.name] = _field(each, written, sentence)
    return values


def _field(wanted: Parameter, written: str, sentence: Sentence) -> Any:
    if isinstance(wanted.marker, Every):
        if (found := find_rule(written, sentence.hours)) is None:
            raise Refusal(f"{wanted.marker.label}没看懂，可以写 每周五 17:00 或 每月5号")
        return found.rule
    if isinstance(wanted.marker, When):
        deadline = _understood(written, sentence)
        if deadline.status == "none":
            raise Refusal(f"{wanted.marker.label}没看懂，可以写 周五下班前 或 12月5日")
        if deadline.status in ("past", "confirm", "invalid"):
            raise Unclear(wanted, deadline)
        return deadline
    if wanted.type is Member:
        names = [name.strip().lstrip("@") for name in re.split(r"[,，、]", written)]
        members = tuple(_on_roster(name, sentence.roster or {}) for name in names if name)
        return members if wanted.many else members[0]
    if wanted.type is int and wanted.many:
        return numbers(wanted, written)
    return convert(wanted, written)


def _on_roster(name: str, roster: Mapping[str, Member | None]) -> Member:
    if name not in roster:
        raise Refusal(f"团队里没有找到「{name[:20]}」", usage=False)
    member = roster[name]
    if member is None:
        raise Refusal(f"叫「{name}」的不止一位，请直接说一句，用 @ 选是哪一位", usage=False)
    return member
