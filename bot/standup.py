"""What a member says at a standup, and what is meant by it."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from bot.grammar import half_width

EDGES = " \t\n,，;；|"
BULLET = re.compile(r"^\s*(?:[-*•·]+|[(]?\d{1,2}[.、)](?!\d))\s*")
_INLINE = re.compile(r"(?<=\S)\s+(?=[(]?\d{1,2}[.、)](?!\d))|;")
_NOTHING = re.compile(
    r"(?:目前|暂时|今天|今日|昨天|暂|也)?(?:都|还)?(?:没有|没遇到|没|无|木有|木)(?:有)?(?:任何|什么)?"
    r"(?:卡点|阻塞|问题|困难|啥|了|的|特别的)*|不卡|(?:一切|都|也)?(?:很|挺|比较)?(?:顺利|正常)"
    r"|-+|/|no|none|nothing|na|n/a|nil|0|✅",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """None is what was not spoken of; empty is what was said to be nothing."""

    yesterday: str | None = None
    today: str | None = None
    blockers: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)  # by the label of the team's question
    done: tuple[int, ...] = ()  # tasks that are ticked
    unclear: str = ""  # words of which it is not plain where they belong
    sure: bool = True  # False: who said it should look before it is kept

    @property
    def parts(self) -> dict[str, str]:
        """What was said, by the name of its question's field."""
        found = {name: getattr(self, name) for name in ("yesterday", "today", "blockers")}
        return {**{name: text for name, text in found.items() if text is not None}, **self.more}

    @property
    def empty(self) -> bool:
        return not self.parts and not self.done

    def with_part(self, name: str, text: str) -> "Said":
        """One more part; what is said twice is kept twice."""
        if name not in ("yesterday", "today", "blockers"):
            return replace(self, more={**self.more, name: joined(self.more.get(name), text)})
        both = joined(getattr(self, name), text)
        if name == "yesterday":
            return replace(self, yesterday=both)
        return replace(self, today=both) if name == "today" else replace(self, blockers=both)


def joined(before: str | None, text: str) -> str:
    return "\n".join(part for part in (before, text) if part)


# --- what blocks -----------------------------------------------------------------------------


def is_nothing(text: str) -> bool:
    """没有, 无, 暂无卡点: said, and meant as none."""
    plain = unicodedata.normalize("NFKC", text).strip(" \t\n。.!！,，;~～、:：")
    return not plain or _NOTHING.fullmatch(plain.replace(" ", "")) is not None


def only_signs(text: str) -> bool:
    """Only emoji or punctuation, which could mean anything; but not what means none."""
    return not is_nothing(text) and not any(
        unicodedata.category(each)[0] in "LN" for each in unicodedata.normalize("NFKC", text)
    )


def each_blocker(text: str) -> list[str]:
    """One thing that blocks per line, bullet or semicolon; 没有 is none."""
    found: list[str] = []
    for line in text.splitlines():
        position = 0
        cuts = [(m.start(), m.end()) for m in _INLINE.finditer(half_width(line))]
        for begin, end in [*cuts, (len(line), len(line))]:
            part = line[position:begin]
            bullet = BULLET.match(half_width(part))
            part = part[bullet.end() if bullet else 0 :].strip(EDGES)
            if part and not is_nothing(part) and not only_signs(part):
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


# --- how it is said again --------------------------------------------------------------------


def in_a_line(text: str, most: int = 60) -> str:
    joined = "；".join(line.strip() for line in text.splitlines() if line.strip())
    return joined if len(joined) <= most else joined[: most - 1] + "…"


def numbers_in(text: str) -> list[int]:
    """The ledger entries that a line names: #12."""
    found = re.findall(r"#\s*(\d{1,9})(?!\d)", half_width(text))
    return list(dict.fromkeys(map(int, found)))


def number_in(text: str) -> int | None:
    """The first of them."""
    return next(iter(numbers_in(text)), None)
