"""A standup answer as people write it: with labels, or three plain lines in the usual order."""

import re
import unicodedata
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from bot.context import Context
from bot.grammar import half_width
from bot.roles import Role
from storage import member as members
from storage import team as teams
from storage.member import Member

YESTERDAY = ("昨日", "昨天", "昨日完成", "昨天完成", "昨日工作", "昨天工作", "已完成")
TODAY = ("今日", "今天", "今日计划", "今天计划", "今日工作", "今天工作", "计划")
BLOCKERS = ("卡点", "阻塞", "问题", "困难", "遇到的问题", "卡住的")

_FIELDS = {"yesterday": YESTERDAY, "today": TODAY, "blockers": BLOCKERS}
_FIELD_OF = {label: field for field, labels in _FIELDS.items() for label in labels}
_NAMES = "|".join(sorted(_FIELD_OF, key=len, reverse=True))
# 问题 and 计划 also begin ordinary lines; these hardly do.
_PLAIN_NAMES = "昨日|昨天|今日|今天|卡点|阻塞"
# With a colon a label may stand anywhere after a break; without one only at the start of a line.
_LABEL = re.compile(
    rf"(?:(?:^|(?<=[\s,;。、!|/]))[*\-•·【\[(]*(?:\d+[.、)]\s*)?({_NAMES})[】\])]?\s*:[ \t]*)"
    rf"|(?:^[ \t]*[*\-•·【\[(]*({_PLAIN_NAMES})(?:[】\])]|[ \t]+|(?=\n|$)))",
    re.MULTILINE,
)
_BULLET = re.compile(r"^\s*(?:[-*•·]+|[(]?\d{1,2}[.、)](?!\d))\s*")
_INLINE = re.compile(r"(?<=\S)\s+(?=[(]?\d{1,2}[.、)](?!\d))|;")
_DAY = re.compile(r"^[昨今][日天][\s,，]*(?=\S)")
_EDGES = " \t\n,，;；|"
_NOTHING = re.compile(
    r"(?:目前|暂时|今天|今日|昨天|暂)?(?:都|还)?(?:没有|没|无|木有|木)(?:有)?(?:任何|什么)?"
    r"(?:卡点|阻塞|问题|困难|啥|了|的|特别的)*|-+|/|no|none|nothing|na|n/a|nil|0|✅",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """None is what was not spoken of; empty is what was said to be nothing."""

    yesterday: str | None = None
    today: str | None = None
    blockers: str | None = None
    unclear: str = ""  # words of which it is not plain which day they mean

    @property
    def empty(self) -> bool:
        return self.yesterday is None and self.today is None and self.blockers is None


def read(text: str) -> Said:
    """Take an answer apart. Words before the first label belong to no part and are unclear."""
    plain = half_width(text)
    labels = list(_LABEL.finditer(plain))
    if not labels:
        return _unlabelled(text)
    said = Said(unclear=text[: labels[0].start()].strip(_EDGES))
    ends = [each.start() for each in labels[1:]] + [len(text)]
    for label, end in zip(labels, ends, strict=True):
        name = _FIELD_OF[label[1] or label[2]]
        value = text[label.end() : end].strip(_EDGES)
        before = getattr(said, name)
        value = "\n".join(part for part in (before, value) if part)
        said = replace(said, **{name: value})
    return said


def _unlabelled(text: str) -> Said:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < 2:
        return Said(unclear="\n".join(lines))
    first, second = (_BULLET.sub("", line) for line in lines[:2])
    if _DAY.match(first) and first[0] == "今" and not second.startswith("今"):
        first, second = second, first
    return Said(
        yesterday=_DAY.sub("", first),
        today=_DAY.sub("", second),
        blockers="\n".join(lines[2:]) or None,
    )


def is_nothing(text: str) -> bool:
    """没有, 无, 暂无卡点: said, and meant as none."""
    plain = unicodedata.normalize("NFKC", text).strip(" \t\n。.!,，;~～、:：")
    return not plain or _NOTHING.fullmatch(plain.replace(" ", "")) is not None


def each_blocker(text: str) -> list[str]:
    """One thing that blocks per line, bullet or semicolon; 没有 is none."""
    found: list[str] = []
    for line in text.splitlines():
        position = 0
        cuts = [(m.start(), m.end()) for m in _INLINE.finditer(half_width(line))]
        for begin, end in [*cuts, (len(line), len(line))]:
            part = line[position:begin]
            bullet = _BULLET.match(half_width(part))
            part = part[bullet.end() if bullet else 0 :].strip(_EDGES)
            if part and not is_nothing(part):
                found.append(part)
            position = end
    return found


def same(one: str, other: str) -> bool:
    """Whether two lines speak of the same thing in the same words."""
    return _words(one) == _words(other)


def _words(text: str) -> str:
    """Without whom it waits for, punctuation and spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]", "", plain)


def alike(one: str, other: str) -> float:
    """How much of the words two lines share: 1 is all."""
    return SequenceMatcher(None, _words(one), _words(other), autojunk=False).ratio()


async def participants(context: Context) -> list[Member]:
    """The members that a group of the team can reach; who only watches is not asked."""
    platforms = {each.platform for each in await teams.groups(context.tx, context.team.id)}
    watching = {Role.LEADER, Role.CONSULTANT}
    return [
        each
        for each in await members.in_team(context.tx, context.team.id)
        if each.platform in platforms and not (each.roles and watching.issuperset(each.roles))
    ]


def in_a_line(text: str, most: int = 60) -> str:
    joined = "；".join(line.strip() for line in text.splitlines() if line.strip())
    return joined if len(joined) <= most else joined[: most - 1] + "…"


def number_in(text: str) -> int | None:
    """The ledger entry that a line names: #12."""
    found = re.search(r"#\s*(\d{1,9})", half_width(text))
    return int(found[1]) if found else None
