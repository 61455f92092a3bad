"""A written value as the type that a signature wants."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bot import money
from bot.errors import Refusal
from bot.signature import Option, Parameter
from storage.member import Member

# 12、13 or #12 #13; but 3家客户 is no entry.
TICKED = re.compile(
    r"#?\s*\d{1,9}(?:\s*[,、和及跟 ]\s*#?\s*\d{1,9})*"
    r"(?![\d#]|\s*[个条家次天人万元块份位件项遍月日号点%.:])"
)


# #3、#5: after the first a number needs its #, so that 取代 #3，12月起 names one.
NUMBERS = re.compile(r"#?\s*\d{1,9}(?:\s*[,，、和及跟]?\s*#\s*\d{1,9})*")
_BREAK = r"(?:^|(?<=[\s,;，；。、]))"


def opening(wanted: Parameter, others: Iterable[Parameter] = ()) -> str:
    """A pattern for an option's label and what stands before its value.

    A person or a #number needs no colon, nor does a word that is a choice: 概率高，影响 大.
    """
    label = _names(wanted)
    if wanted.type is Member:
        return rf"{_BREAK}{label}\s*:?\s*(?=@)"
    if wanted.type is int:
        return rf"{_BREAK}{label}\s*(?::\s*|(?=#\s*\d))"
    colon = rf"{_BREAK}{label}\s*:\s*"
    known = _choices(wanted)
    if not known:
        return colon
    words = [each for each in known if not each.isdecimal()]
    digits = [each for each in known if each.isdecimal()]
    after = "|".join(_names(each) for each in others if each is not wanted) or "(?!)"
    ends = rf"\s*(?:[,;，；。、@]|$|{after})"
    plain = rf"(?:{'|'.join(map(re.escape, words))})(?:\s|{ends})"
    if digits:
        # 影响 3 个部门 rates nothing.
        plain += rf"|(?:{'|'.join(digits)}){ends}"
    # 概率高影响大: the second label runs on from the first value.
    begins = rf"(?:{_BREAK}|(?<=[{''.join({each[-1] for each in known})}]))"
    return rf"(?:{colon}|{begins}{label}\s*(?:很|为|是)?\s*(?={plain}))"


def choice_in(wanted: Parameter, text: str, start: int) -> int | None:
    """Where the choice ends that stands at an offset of a text; None: it is none of them."""
    fitting = [each for each in _choices(wanted) if text.startswith(each, start)]
    return start + max(map(len, fitting)) if fitting else None


def _choices(wanted: Parameter) -> list[str]:
    if not (isinstance(wanted.type, type) and issubclass(wanted.type, StrEnum)):
        return []
    also = wanted.marker.also if isinstance(wanted.marker, Option) else {}
    return sorted([*(each.value for each in wanted.type), *also], key=len, reverse=True)


def _names(wanted: Parameter) -> str:
    names = wanted.marker.names if isinstance(wanted.marker, Option) else ()
    return f"(?:{'|'.join(map(re.escape, names))})"


def convert(wanted: Parameter, text: str) -> Any:
    """A written value as its type. Raises Refusal with what would be right."""
    text = text.strip()
    label = wanted.marker.label
    if wanted.type is str:
        return text
    plain = unicodedata.normalize("NFKC", text).strip()
    if wanted.type is int:
        if not re.fullmatch(r"#?\d{1,9}", plain):
            raise Refusal(f"{label}要写成数字，比如 12")
        return int(plain.lstrip("#"))
    if wanted.type is Decimal:
        return money.read(plain, label)
    if isinstance(wanted.type, type) and issubclass(wanted.type, StrEnum):
        also = wanted.marker.also if isinstance(wanted.marker, Option) else {}
        for choice in wanted.type:
            if also.get(plain, plain) == choice.value:
                return choice
        known = "、".join(choice.value for choice in wanted.type)
        named = "" if all(choice.value in label for choice in wanted.type) else label
        raise Refusal(f"{named}只能是：{known}")
    raise TypeError(f"{wanted.name}: {wanted.type} cannot be written")


def numbers(wanted: Parameter, text: str) -> tuple[int, ...]:
    found = re.findall(r"\d{1,9}", unicodedata.normalize("NFKC", text))
    if not found:
        raise Refusal(f"{wanted.marker.label}要写编号，比如 {wanted.marker.label} #12")
    return tuple(dict.fromkeys(map(int, found)))
