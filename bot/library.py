"""Each team's knowledge base, ready to be asked: indexed once, and again when it has changed."""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial
from weakref import WeakKeyDictionary

from sqlalchemy.ext.asyncio import AsyncEngine

from bot import terms
from bot.answers import PASSAGE, Entry, Index
from storage import knowledge
from storage.database import Tx
from storage.knowledge import Stamp

log = logging.getLogger(__name__)

# More characters than this are indexed in a thread, so that no other chat has to wait; and
# without words first, so that whoever asked has not to wait for those.
LITTLE = 20_000

# An index, and the version of the words in it: none if it knows characters only.
Made = tuple[int | None, Index]


class Shelf:
    """One team's index. Where words are still to come, characters alone answer until then."""

    def __init__(self) -> None:
        self.stamp: Stamp | None = None
        self.index = Index([])
        self.version: int | None = None
        self.coming: asyncio.Future[Made] | None = None

    async def fill(self, stamp: Stamp, entries: Sequence[Entry]) -> None:
        if sum(map(_size, entries)) > LITTLE:
            version, index = await asyncio.to_thread(_by_characters, entries)
        elif terms.loaded():
            version, index = await asyncio.to_thread(_with_words, entries)
        else:
            version, index = _by_characters(entries)
        self.stamp, self.version, self.index = stamp, version, index

    def send_for_words(self) -> None:
        """Have the words taken in, if they are not: by a thread, which loads them if need be."""
        words = terms.loaded()
        latest = words is not None and words.version == self.version
        if latest or self.coming is not None or not self.index.entries:
            return
        loop = asyncio.get_running_loop()
        self.coming = loop.run_in_executor(None, _with_words, self.index.entries)
        self.coming.add_done_callback(partial(self._arrived, self.stamp))

    def _arrived(self, stamp: Stamp | None, coming: asyncio.Future[Made]) -> None:
        if coming.cancelled():
            self.coming = None
        elif (error := coming.exception()) is not None:
            # Not tried again, as it would fail with every question: characters answer too.
            log.error("the knowledge base goes without words", exc_info=error)
        else:
            self.coming = None
            if self.stamp == stamp:
                self.version, self.index = coming.result()


_shelves: WeakKeyDictionary[AsyncEngine, dict[int, Shelf]] = WeakKeyDictionary()


async def index_of(tx: Tx, team_id: int) -> Index:
    """The index of the knowledge base as this transaction sees it."""
    shelf = _shelves.setdefault(tx.engine, {}).setdefault(team_id, Shelf())
    # Read before the entries: what is written in between shows in the next stamp.
    stamp = await knowledge.stamp(tx, team_id)
    if shelf.stamp != stamp:
        found = await knowledge.texts(tx, team_id, longer_than=PASSAGE)
        entries = [
            Entry(id=number, question=question, similar=similar, answer=answer)
            for number, question, similar, answer in found
        ]
        await shelf.fill(stamp, entries)
    shelf.send_for_words()
    return shelf.index


def _size(entry: Entry) -> int:
    return len(entry.answer) + sum(map(len, entry.wordings))


def _by_characters(entries: Sequence[Entry]) -> Made:
    return None, Index(entries)


def _with_words(entries: Sequence[Entry]) -> Made:
    words = terms.load()
    # Read before: a word that is added in between shows in the next version.
    return words.version, Index(entries, words)
