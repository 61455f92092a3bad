"""Whether a new decision may speak against one that is in force: asked about, never decided."""

import re
import unicodedata
from collections.abc import Iterable

from bot.terms import plain, terms
from storage.ledger import Entry

MOST = 2  # decisions asked about at once
# How much two subjects must have in common: less where the sentences say something opposite.
SAME_SUBJECT = 0.52
OPPOSED_SUBJECT = 0.33

_OPPOSITES = (
    ("允许", "禁止"), ("可以", "禁止"), ("可以", "不"), ("可以", "只能"), ("开放", "关闭"),
    ("启用", "停用"), ("开通", "关闭"), ("停用", "保留"), ("必填", "选填"), ("全部", "部分"),
    ("全部", "只"), ("统一", "各自"), ("自己", "外包"), ("自研", "采购"), ("公开", "保密"),
    ("公海", "私海"), ("合并", "拆分"), ("增加", "取消"), ("增加", "减少"), ("线上", "线下"),
    ("集中", "分散"), ("先", "二期"), ("每天", "每周"), ("每天", "每小时"), ("每周", "每月"),
)  # fmt: skip
_NOT = re.compile("不(?!同|断|少|久|错|足|良)|禁止|取消|停止|暂停|别再|没有必要|无需|免")
_NUMBER = re.compile(r"\d+(?:\.\d+)?|[〇零一二两三四五六七八九十百千万半]+")
_NEW_COURSE = re.compile(
    r"改[为成到用在由按]|改|推迟|延[期后]|提前|调整|变更|换[成为]|简化|不再|重新"
)
# Words that say how it was decided and not of what.
_FRAME = re.compile(
    rf"{_NEW_COURSE.pattern}|{_NOT.pattern}|决定|确定|定[在为于]|统一|采用|使用|改用|放在|允许|禁止|开放|关闭"
    r"|可以|只能|[用由按把被将在从到为的了也都只先再就要能做先]"
)


def speaks_against(what: str, decisions: Iterable[Entry]) -> list[Entry]:
    """Those decisions on the same subject of which a new one might say otherwise, likest first."""
    scored = [(likeness(what, each.title), each) for each in decisions]
    close = [
        (score, each)
        for score, each in scored
        if score >= (OPPOSED_SUBJECT if opposed(what, each.title) else SAME_SUBJECT)
    ]
    close.sort(key=lambda one: (-one[0], -one[1].number))
    return [each for _, each in close[:MOST]]


def opposed(one: str, other: str) -> bool:
    """Whether two sentences differ in a number, a no, or a word and its opposite."""
    one, other = _folded(one), _folded(other)
    numbers = [set(_NUMBER.findall(each)) for each in (one, other)]
    if all(numbers) and numbers[0] != numbers[1]:
        return True
    if bool(_NOT.search(one)) != bool(_NOT.search(other)):
        return True
    if bool(_NEW_COURSE.search(one)) != bool(_NEW_COURSE.search(other)):
        return True
    return any(
        (left in one and right in other) or (right in one and left in other)
        for left, right in _OPPOSITES
    )


def likeness(one: str, other: str) -> float:
    """From 0 to 1: how much two decisions speak of the same, whatever they say about it."""
    if plain(one) == plain(other):
        return 1.0
    mine, theirs = _subject(one), _subject(other)
    shared = len(mine & theirs)
    if not shared:
        return 0.0
    dice = 2 * shared / (len(mine) + len(theirs))
    # A long sentence may hold a short subject whole: 手机号 in 手机号不必填，有邮箱就行.
    smaller = min(len(mine), len(theirs))
    held = 0.75 * shared / smaller if smaller >= 3 else 0.0
    return max(dice, held)


def _subject(text: str) -> set[str]:
    left = _NUMBER.sub(" ", _FRAME.sub(" ", _folded(text)))
    return {each for each in terms(left) if len(each) > 1}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
