"""User-controlled text made harmless: no invisible characters, no markup, no more than fits."""

import re
from collections.abc import Callable

NAME_LENGTH = 64
CUT = "…(已截断)"

# Control characters (except line feed and tab), lone surrogates, and what reverses the direction
# of writing. PostgreSQL refuses NUL, UTF-8 refuses surrogates, readers are fooled by the rest.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
_BREAK = re.compile("\r\n?|[\u2028\u2029]")
_BLANK = re.compile(r"\s+")


def clean(text: str) -> str:
    """The text without invisible characters; its lines stay."""
    return _INVISIBLE.sub("", _BREAK.sub("\n", text))


def clean_name(name: str) -> str:
    """A display name on one line, at most as long as names are."""
    return _BLANK.sub(" ", clean(name)).strip()[:NAME_LENGTH].rstrip()


def harmless(text: str) -> str:
    """For places where Feishu reads tags: there is no escape for ``<``, so it becomes ``＜``."""
    return clean(text).replace("<", "＜")


def shorten(text: str, *, limit: int, weigh: Callable[[str], int]) -> str:
    """The longest beginning that weighs no more than the limit, marked as cut where it is."""
    if weigh(text) <= limit:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if weigh(text[:middle] + CUT) <= limit:
            low = middle
        else:
            high = middle - 1
    return text[:low] + CUT
