"""Whether a line of a standup says plainly the same as a blocker that is open already."""

import re

from bot.similar import SIMILAR, likeness
from bot.terms import plain

SHORTEST = 4  # 没数据 may be said of anything
MINE, ANYBODYS = 0.6, 0.8  # how much of the longer wording the shorter one must be

_FILLER = re.compile(r"已经|一直|仍然|还是|目前|现在|暂时|[又还再仍也都了的啊呢吧着等在被]")
_SIGNS = re.compile(r"[a-z0-9]+")
_NOT = re.compile(r"[没不无未非]")


def is_repeated(one: str, other: str, *, by_the_same: bool = False) -> bool:
    """Only more or fewer words, none in the place of another: 客户甲 and 客户乙 are two.

    Who says it once more themselves is believed with fewer words in common.
    """
    mine, theirs = _FILLER.sub("", plain(one)), _FILLER.sub("", plain(other))
    if mine == theirs:
        return bool(mine) or plain(one) == plain(other)
    if _SIGNS.findall(mine) != _SIGNS.findall(theirs):
        return False
    if len(_NOT.findall(mine)) != len(_NOT.findall(theirs)):
        return False
    short, long = sorted((mine, theirs), key=len)
    enough = len(long) * (MINE if by_the_same else ANYBODYS)
    return len(short) >= max(SHORTEST, enough) and _within(short, long)


def _within(short: str, long: str) -> bool:
    """Whether the long one has all the characters of the short one, in their order."""
    rest = iter(long)
    return all(each in rest for each in short)


def resembles(one: str, other: str) -> bool:
    """Whether somebody should look if it is the same."""
    return likeness(one, other) >= SIMILAR
