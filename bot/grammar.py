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
from bot.deadlines import (
    Deadline,
    Hours,
    Shift,
    find_shift,
    gone_by,
    title_without,
    understand,
)
from bot.errors import Refusal
from bot.every import Found, find_rule
from bot.mention import around
from bot.numbering import find_number, find_numbers
from bot.signature import (
    Amount,
    Every,
    Mention,
    Number,
    Option,
    Parameter,
    Rest,
    Section,
    Ticks,
    When,
)
from bot.value import NUMBERS, TICKED, choice_in, convert, numbers, opening
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


_TURN = {Number: 0, Section: 1, Ticks: 1, Option: 1, Mention: 2, Amount: 3, Every: 4}
_TURN |= {When: 5, Rest: 6}


# 昨天导入失败了 tells what happened; nobody means it as a deadline.
_HAPPENED = re.compile("昨|前天|前几天|上周|上个?星期|上个?礼拜|上个?月|去年|刚才|刚刚|以来|过去")


class _Reading:
    """A sentence being taken apart; what is taken is blanked, so positions stay valid."""

    def __init__(self, sentence: Sentence, wanted: Sequence[Parameter]) -> None:
        self.sentence = sentence
        self._options = [each for each in wanted if isinstance(each.marker, Option)]
        labels = "|".join(opening(each, self._options) for each in self._options)
        self._labels = re.compile(labels or "(?!)")
        self.left = sentence.text
        self.people = list(sentence.people)
        self._repeats: Found | None = None
        self._numbered = any(isinstance(each.marker, Number) for each in wanted)
        self._mentions = any(isinstance(each.marker, Mention) for each in wanted)

    def take(self, wanted: Parameter) -> Any:
        match wanted.marker:
            case Number():
                return self._number(wanted)
            case Amount():
                return self._amount(wanted)
            case Option():
                return self._option(wanted)
            case Mention():
                return self._mention(wanted)
            case Every():
                return self._every()
            case When() as marker:
                return self._when(wanted, marker)
            case Rest():
                return convert(wanted, self._rest()) if self._rest() else None

    def _blank(self, start: int, end: int) -> None:
        self.left = self.left[:start] + " " * (end - start) + self.left[end:]

    def _number(self, wanted: Parameter) -> Any:
        text, quoted = half_width(self.left), self.sentence.quoted_number
        find = find_numbers if wanted.many else find_number
        found = find(text, quoting=quoted is not None)
        if found is None:
            return (quoted,) if wanted.many and quoted is not None else quoted
        self._blank(0, found.stop)
        return found.named if wanted.many else found.named[0]

    def _amount(self, wanted: Parameter) -> Decimal | None:
        found = money.find(half_width(self.left), wanted.marker.label)
        if found is None:
            return None
        self._blank(found.start, found.end)
        return found.amount

    def _option(self, wanted: Parameter) -> Any:
        text = half_width(self.left)
        found = re.search(opening(wanted, self._options), text)
        if found is None:
            return None
        if wanted.type is int and wanted.many:
            ticks = isinstance(wanted.marker, Ticks)
            listed = (TICKED if ticks else NUMBERS).match(text, found.end())
            if ticks and listed is None:
                return None  # 完成：整理清单 ticks nothing
            self._blank(found.start(), listed.end() if listed else found.end())
            return numbers(wanted, listed[0] if listed else "")
        # Ends are looked for in the whole sentence: what is taken already still divides it.
        end = self._option_end(wanted, half_width(self.sentence.text), found)
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

    def _option_end(self, wanted: Parameter, text: str, label: re.Match[str]) -> int:
        """A word for a choice or a number; for words, up to the command's next option."""
        start = label.end()
        if not label[0].rstrip().endswith(":") and (end := choice_in(wanted, text, start)):
            return end
        pattern = self._labels if wanted.type is str else re.compile(r"[\s,;，；。]")
        found = pattern.search(text, start)
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
            for each in reversed(self.people):
                alone = each is self.people[0]
                self._blank(*around(self.left, each.start, each.end, first=alone))
            self.people.clear()
            return members
        if not self.people:
            return None
        first = self.people.pop(0)
        self._blank(*around(self.left, first.start, first.end, first=True))
        return first.member

    def _every(self) -> Any:
        self._repeats = found = find_rule(self.left, self.sentence.hours)
        if found is not None:
            self._blank(found.start, found.stop)
            self._blank(*(found.clock or (0, 0)))
        return found.rule if found else None

    def _when(self, wanted: Parameter, marker: When) -> Deadline | Shift | None:
        shift = find_shift(self.left) if marker.moves else None
        if shift is not None:
            self._blank(*shift.span)
            return shift
        deadline = _understood(self.left, self.sentence)
        if deadline.status == "none":
            return None
        told = deadline.status == "past" and _HAPPENED.search(deadline.matched)
        if told and not wanted.required and self.left[deadline.spans[0][1] :].strip():
            return None  # 复查昨天失败的客户; but 写方案 昨天 is meant as a deadline
        passed = gone_by(deadline, self.sentence.now) if marker.over else None
        if passed is None and deadline.status in ("past", "confirm", "invalid"):
            if self._repeats:
                return None  # 每周五 写上周的小结: its days are what the work is about
            raise Unclear(wanted, deadline)
        rest = title_without(self.left, deadline)
        # Where nothing but the deadline was said, it is no text.
        self.left = rest if rest != self.left.strip() or not _covers(deadline, rest) else ""
        return passed or deadline

    def _rest(self) -> str:
        lines = (re.sub(r"[ \t\u3000]+", " ", line).strip() for line in self.left.splitlines())
        text = "\n".join(line for line in lines if line).strip(" ,，;；:：")
        text = re.sub(r"([,，;；、])(?:\s*[,，;；、])+", r"\1", text)
        # 完成。 says nothing but the verb.
        return "" if self._numbered and not text.strip(" .。、!！~～") else text


def _understood(text: str, sentence: Sentence) -> Deadline:
    return understand(text, sentence.now, sentence.calendar, sentence.hours)


def _covers(deadline: Deadline, text: str) -> bool:
    return not re.sub(r"[\W_]|前|截止", "", text.replace(deadline.matched, ""))


def _missing(wanted: Parameter) -> str:
    match wanted.marker:
        case Number():
            return "要说是第几号，比如 12；也可以直接引用那条消息来说"
        case Mention():
            return f"还要 @ {wanted.marker.label}，直接写在这句里就行"
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
            # What stands in the sentence of a form: 改期 12, 卡点 并入 #5.
            if isinstance(each.marker, Number | Option) and (
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
        if wanted.marker.moves and (shift := find_shift(written)):
            return shift
        deadline = _understood(written, sentence)
        if wanted.marker.over and (passed := gone_by(deadline, sentence.now)):
            return passed
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
