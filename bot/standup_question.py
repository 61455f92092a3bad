"""What a team is asked at its standup: the usual three, or two to six questions of its own."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import Refusal
from bot.grammar import half_width
from storage.team import Team

YESTERDAY = ("昨日", "昨天", "昨日完成", "昨天完成", "昨日工作", "昨天工作", "已完成")
TODAY = ("今日", "今天", "今日工作", "今天工作")
PLAN = ("今日计划", "今天计划", "计划")
TOMORROW = ("明日", "明天", "明日计划", "明天计划", "明日工作", "明天工作")
BLOCKERS = ("卡点", "阻塞", "问题", "困难", "遇到的问题", "卡住的")
TICKS = ("完成", "做完")

FEWEST, MOST = 2, 6
LONGEST_LABEL = 10
MOST_OPTIONS = 6
EXAMPLE = "设置 站会问题 今日、卡点、心情 1-5、状态(顺利/一般/不顺)"

_PARTS = {
    **dict.fromkeys(YESTERDAY, "yesterday"),
    **dict.fromkeys((*TODAY, *PLAN, *TOMORROW), "today"),
    **dict.fromkeys(BLOCKERS, "blockers"),
}
_ITEM = re.compile(r"\s*([^、,;\n()]*?)\s*(?:\(([^()]*)\))?\s*(?:[、,;\n]|$)")
_SCALE = re.compile(r"(.*?)\s*1\s*(?:-|~|—|–|到|至)+\s*(5|10)\s*分?")
_PLAIN_LABEL = re.compile(r"[^\W\d][\w /]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    label: str
    part: str = ""  # which of the usual three it is: yesterday, today or blockers
    scale: int = 0  # answered by a number from 1 to this
    options: tuple[str, ...] = ()  # answered by one of these

    @property
    def name(self) -> str:
        """Of its field in a form: it stays the same when questions before it come or go."""
        if self.part:
            return self.part
        return "q" + hashlib.sha256(self.label.encode()).hexdigest()[:8]

    @property
    def private(self) -> bool:
        """Whether single answers are shown to nobody but who gave them."""
        return self.scale > 0

    @property
    def wanted(self) -> str:
        """What a right answer looks like."""
        if self.scale:
            return f"1 到 {self.scale} 的一个数"
        return f"{'、'.join(self.options)} 里的一个"

    @property
    def sample(self) -> str:
        """One right answer."""
        if self.scale:
            return str(self.scale - 1)
        return next(iter(self.options), "没有" if self.part == "blockers" else "…")

    def read(self, text: str) -> str | None:
        """The answer as it is kept. None: it is not among the possible ones."""
        plain = unicodedata.normalize("NFKC", text).strip(" \t\n。.,;!")
        if self.scale:
            found = re.fullmatch(r"(\d{1,2})\s*分?", plain)
            return found[1] if found and 1 <= int(found[1]) <= self.scale else None
        if self.options:
            same = (x for x in self.options if x.casefold() == plain.casefold())
            return next(same, None)
        return text.strip()


USUAL = (
    Question(label="昨日", part="yesterday"),
    Question(label="今日", part="today"),
    Question(label="卡点", part="blockers"),
)


def questions_of(team: Team) -> tuple[Question, ...]:
    chosen: Sequence[Mapping[str, Any]] = team.settings.get("questions", ())
    return tuple(Question(**{**each, "options": tuple(each["options"])}) for each in chosen) or (
        USUAL
    )


def stored(question: Question) -> dict[str, Any]:
    """As it is kept in the team's settings."""
    return {
        "label": question.label,
        "part": question.part,
        "scale": question.scale,
        "options": list(question.options),
    }


def words(question: Question) -> str:
    """As it is written in 设置 站会问题."""
    if question.scale:
        return f"{question.label} 1-{question.scale}"
    if question.options:
        return f"{question.label}({'/'.join(question.options)})"
    return question.label


def parse(text: str) -> tuple[Question, ...]:
    """今日、卡点、心情 1-5、状态(顺利/一般/不顺). Raises Refusal."""
    plain = half_width(text).strip(" 、,;\n")
    found: list[Question] = []
    position = 0
    while position < len(plain):
        item = _ITEM.match(plain, position)
        if item is None or item.end() == position:
            raise Refusal(
                f"没看懂「{plain[position : position + 20]}」，比如 {EXAMPLE}", usage=False
            )
        position = item.end()
        if item[1] or item[2]:
            found.append(_question(item[1], item[2]))
    if not FEWEST <= len(found) <= MOST:
        raise Refusal(
            f"站会问题要 {FEWEST} 到 {MOST} 个，这里有 {len(found)} 个。比如 {EXAMPLE}",
            usage=False,
        )
    _check_different(found)
    return tuple(found)


def _question(label: str, options: str | None) -> Question:
    scale = _SCALE.fullmatch(label) if options is None else None
    name = " ".join((scale[1] if scale else label).split())
    if not _PLAIN_LABEL.fullmatch(name) or len(name) > LONGEST_LABEL or name in TICKS:
        raise Refusal(
            f"「{name[:20]}」不能当问题的名字：要 1 到 {LONGEST_LABEL} 个字，不带标点符号。"
            f"比如 {EXAMPLE}",
            usage=False,
        )
    if scale:
        return Question(label=name, scale=int(scale[2]))
    if options is not None:
        return Question(label=name, options=_options(name, options))
    return Question(label=name, part=_PARTS.get(name, ""))


def _options(name: str, written: str) -> tuple[str, ...]:
    options = tuple(" ".join(x.split()) for x in re.split(r"[/|、,;]", written) if x.strip())
    fitting = 2 <= len(options) <= MOST_OPTIONS and len(set(options)) == len(options)
    if not fitting or max(map(len, options)) > LONGEST_LABEL:
        raise Refusal(
            f"「{name}」的选项要 2 到 {MOST_OPTIONS} 个、各不相同、每个最多 {LONGEST_LABEL} 个字，"
            "比如 状态(顺利/一般/不顺)",
            usage=False,
        )
    return options


def _check_different(found: Sequence[Question]) -> None:
    seen: dict[str, str] = {}
    for each in found:
        if each.name in seen:
            other = seen[each.name]
            said = (
                f"有两个「{other}」"
                if other == each.label
                else f"「{other}」和「{each.label}」是一回事"
            )
            raise Refusal(f"{said}，请留一个", usage=False)
        seen[each.name] = each.label
