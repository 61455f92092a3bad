"""The numbers of entries at the front of a sentence: 12, #12：, 9号, 第12条, 8、9、11."""

import re
from dataclasses import dataclass

from bot.errors import Refusal

MOST = 20  # entries in one sentence

# What follows a number that is no entry: 12月, 12.5, 12:30; but 9：已导出 names entry 9.
_NO_ENTRY = r"(?!\d|[.年月日点%]|:[0-5]\d(?![\d%月日号点个条万]))"
# 第12号, #12, 12: but not 12号 or 12月 or 12:30, which are times.
_NUMBER = re.compile(
    rf"\s*(?:第\s*(\d{{1,9}})\s*[号条个]?|(?:#\s*|no\.?\s*)?(\d{{1,9}})(?!号){_NO_ENTRY})",
    re.IGNORECASE,
)
# 9号: where no message is quoted, no other number can be meant.
_CALLED = re.compile(
    r"\s*(?:#\s*)?(\d{1,9})\s*号(?![楼线机库店门])(?:任务|卡点|风险|验收|里程碑)?"
)
_AFTER = re.compile(r"\s*(?:[:,。、;]|\s)*")
_COUNTED = r"(?!\d|[.:年月日点时%个条天人万元块次份家位号])"
# 完成 5、6 must not do the first and drop the second; 完成 5，3点前发 names a time.
_NEXT = re.compile(
    rf"\s*(?:[、,和跟及]\s*(?:#|第)?|\s#|#)\s*(\d{{1,9}})(?:\s*号(?=\s*(?:[,、。]|$))|{_COUNTED})"
)
_ONLY_NUMBERS = re.compile(r"(?=.*\d)[#\d\s,、]*[。.!]?\s*$")
_THROUGH = re.compile(
    rf"\s*(?:-|–|—|~|到|至)\s*#?\s*(?P<last>\d{{1,9}})(?:\s*号(?=\s*$)|{_COUNTED})"
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The entries that a sentence begins with, and where they end."""

    stop: int
    named: tuple[int, ...]


def find_number(text: str, *, quoting: bool) -> Numbers | None:
    """The one entry at the front of a half-width text. Raises Refusal for several."""
    first = _first(text, quoting=quoting)
    if first is None:
        return None
    rest = text[first.stop :]
    through = _THROUGH.match(rest)
    # 改期 12 到 15号 names a day.
    alone = through is not None and not rest[through.end("last") :].strip()
    if _NEXT.match(rest) or _ONLY_NUMBERS.match(rest) or alone:
        raise Refusal("一次只能说一个编号，请一条一条说", usage=False)
    return _after(text, first)


def find_numbers(text: str, *, quoting: bool) -> Numbers | None:
    """All entries at the front: 8、9 11, 8–11. Raises Refusal for too many."""
    first = _first(text, quoting=quoting)
    if first is None:
        return None
    stop, named, loose = first.stop, list(first.named), False
    while True:
        if through := _THROUGH.match(text, stop):
            last = int(through[1])
            if last <= named[-1]:
                raise Refusal("从几号到几号没看懂，请写出编号，比如 完成 8、9、11", usage=False)
            if last - named[-1] >= MOST:
                raise _too_many(len(named) + last - named[-1])
            named += range(named[-1] + 1, last + 1)
            stop = through.end()
        elif following := _NEXT.match(text, stop):
            named.append(int(following[1]))
            loose |= following[0].lstrip()[0] in ",和跟及"
            stop = following.end()
        else:
            break
    if loose and text[stop:].strip(" ,。.!") and not _ONLY_NUMBERS.match(text, stop):
        raise Refusal("几个编号中间请用顿号，比如 8、9、11，说明写在最后", usage=False)
    if _ONLY_NUMBERS.match(text, stop):
        named += map(int, re.findall(r"\d{1,9}", text[stop:]))
        stop = len(text)
    wanted = tuple(dict.fromkeys(named))
    if len(wanted) > MOST:
        raise _too_many(len(wanted))
    return _after(text, Numbers(stop, wanted))


def _too_many(count: int) -> Refusal:
    return Refusal(f"一次最多 {MOST} 条，这里有 {count} 条，请分几次说", usage=False)


def _first(text: str, *, quoting: bool) -> Numbers | None:
    found = _NUMBER.match(text) or (None if quoting else _CALLED.match(text))
    if found is None:
        return None
    return Numbers(found.end(), (int(next(each for each in found.groups() if each)),))


def _after(text: str, numbers: Numbers) -> Numbers:
    """A colon or a full stop behind the number belongs to neither."""
    found = _AFTER.match(text, numbers.stop)
    return Numbers(found.end() if found else numbers.stop, numbers.named)
