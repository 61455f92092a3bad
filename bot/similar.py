"""Whether two short titles speak of the same thing: offered to people, never decided for them."""

from collections.abc import Iterable
from functools import lru_cache

from bot.terms import terms
from storage.ledger import Entry

SIMILAR = 0.5  # from this much in common on, somebody should be asked
MOST = 3


def likeness(one: str, other: str) -> float:
    """From 0 to 1: the pairs of characters and Latin words that two titles share."""
    mine, theirs = _telling(one), _telling(other)
    shared = len(mine & theirs)
    if not shared:
        return 0.0
    dice = 2 * shared / (len(mine) + len(theirs))
    smaller = min(len(mine), len(theirs))
    # A long title may hold a short one whole: 导入报错 in 今天上午导入报错，客户都没进来.
    held = 0.8 * shared / smaller if smaller >= 3 else 0.0
    return max(dice, held)


@lru_cache(maxsize=8192)  # new titles are compared with the same old ones again and again
def _telling(text: str) -> frozenset[str]:
    return frozenset(each for each in terms(text) if len(each) > 1)


def similar_to(title: str, entries: Iterable[Entry], *, least: float = SIMILAR) -> list[Entry]:
    """The entries most like a title, at most three, the likest first."""
    scored = [(likeness(title, each.title), each) for each in entries]
    close = [one for one in scored if one[0] >= least]
    close.sort(key=lambda one: (-one[0], -one[1].number))
    return [each for _, each in close[:MOST]]
