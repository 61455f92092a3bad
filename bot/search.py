"""查: finding entries by the words that they and their history say."""

import asyncio
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from bot import terms
from bot.terms import Words
from storage import search as index
from storage.database import Tx
from storage.ledger import Entry
from storage.search import Unindexed

LONGEST_TERM = 60  # characters
MOST_TERMS = 1000  # of one entry
MOST_WORDS = 16  # of one question
AT_ONCE = 2000  # entries that one search brings up to date
BACKLOG = 500  # entries that are worth loading the words for
MOST_ROUNDS = 10  # of one night: an embedded database serves nobody else meanwhile
LITTLE = 50  # entries that are quickly taken apart: more of them go to a thread

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[a-z0-9]+")
# What the bot notes for itself, not for reading.
_NOTES = re.compile("_(?:at|by|on|id)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    entries: list[Entry]
    total: int
    whole: bool  # they hold all the words; else none does, and these hold the most
    behind: bool  # there is more in the ledger than could be indexed so far


async def search(
    tx: Tx,
    team_id: int,
    words_text: str,
    *,
    kinds: Sequence[str] | None = None,
    limit: int = 10,
) -> tuple[list[Entry], int]:
    """The team's entries that hold all the words, best first, and how many there are."""
    found = await look(tx, team_id, words_text, kinds=kinds, limit=limit)
    return (found.entries, found.total) if found.whole else ([], 0)


async def look(
    tx: Tx,
    team_id: int,
    text: str,
    *,
    kinds: Sequence[str] | None = None,
    limit: int = 10,
    offset: int = 0,
) -> Result:
    """The same, one page of it; where no entry holds all the words, those that hold the most."""
    words = terms.loaded()
    if words is None:
        words = await asyncio.to_thread(terms.load)
    behind = await catch_up(tx, team_id, words) == AT_ONCE
    wanted = list(dict.fromkeys(said(words, text)))[:MOST_WORDS]
    if not wanted:
        return Result(entries=[], total=0, whole=True, behind=behind)
    number = re.fullmatch(r"#?(\d{1,9})", _folded(text).strip())
    how: dict[str, Any] = {
        "in_title": text.split()[:MOST_WORDS],
        "number": int(number[1]) if number else None,
        "kinds": kinds,
        "limit": limit,
        "offset": offset,
    }
    single = list(dict.fromkeys(letters(text)))[: 2 * MOST_WORDS]
    # By words first: 和服 is not in 产品和服务. But a name that is no word to us has its letters.
    telling = [each for each in wanted if len(each) > 1]  # 的 and 在 are in every other entry
    near = -(-len(telling) // 2)
    for asked, least in ((wanted, len(wanted)), (single, len(single)), (telling, near)):
        if not asked:
            return Result(entries=[], total=0, whole=True, behind=behind)
        entries, total = await index.holding(tx, team_id, asked, least=least, **how)
        if total:
            break
    whole = least == len(asked)
    return Result(entries=entries, total=total, whole=whole, behind=behind)


async def catch_up(tx: Tx, team_id: int, words: Words, *, most: int = AT_ONCE) -> int:
    """Index what was written since the last search; how many entries that were."""
    waiting = await index.take(tx, team_id, most=most)
    if not waiting:
        return 0
    if len(waiting) > LITTLE:
        found = await asyncio.to_thread(_terms_of_all, words, waiting)
    else:
        found = _terms_of_all(words, waiting)
    await index.write(tx, team_id, found)
    return len(waiting)


async def keep_up(tx: Tx, team_id: int) -> None:
    """Index while nobody waits for it, so that the first search after an import is quick.

    Not what little a team writes in a day, if that would be all to load the words for.
    """
    words = terms.loaded()
    if words is None:
        if await index.unindexed(tx, team_id, most=BACKLOG) < BACKLOG:
            return
        words = await asyncio.to_thread(terms.load)
    for _ in range(MOST_ROUNDS):
        if await catch_up(tx, team_id, words) < AT_ONCE:
            return


def _terms_of_all(words: Words, entries: Iterable[Unindexed]) -> dict[int, list[str]]:
    return {each.id: terms_of(words, each) for each in entries}


def terms_of(words: Words, entry: Unindexed) -> list[str]:
    found: dict[str, None] = {str(entry.number): None}
    for text in (entry.title, *_texts(entry.details), *entry.told):
        found.update(dict.fromkeys((*said(words, text), *letters(text))))
        if len(found) > MOST_TERMS:
            break
    return list(found)[:MOST_TERMS]


def _texts(value: Any) -> Iterator[str]:
    """Whatever people wrote into the details, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if not _NOTES.search(str(name)):
                yield from _texts(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from _texts(each)


def said(words: Words, text: str) -> list[str]:
    """The words of a text; and where two single characters meet, as in 企微, the two as one."""
    found = words.terms(text)
    pairs = [
        one + other
        for one, other in pairwise(found)
        if len(one) == len(other) == 1 and _HAN.match(one) and _HAN.match(other)
    ]
    return [each[:LONGEST_TERM] for each in (*found, *pairs)]


def letters(text: str) -> list[str]:
    """Chinese characters one by one, and the parts of Latin words."""
    plain = _folded(text)
    return [*_HAN.findall(plain), *(each[:LONGEST_TERM] for each in _LATIN.findall(plain))]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
