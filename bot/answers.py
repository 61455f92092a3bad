"""Finding the knowledge entry that answers a question, or knowing that none does.

A question is compared with every way in which an entry's question is asked, and with long
answers as text: by characters, and by words where they are loaded. How alike is alike enough is
measured on each knowledge base by itself: the everyday sentences that nobody should get an answer
to are asked first, and what they reach is the bar.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np

from bot.terms import Words, asks, differ, plain, terms
from bot.texts import Floats, Texts, everyday

Key = int | str
Action = Literal["answer", "ask", "handover", "silent"]

# A short sentence tells little: to every comparison so many unknown words are added.
PRIOR = 4.0
# What BM25 counts beside the overlap of two sentences.
BM25_SHARE = 0.5
# Words are compared beside characters and pairs: how much that counts. A sentence has fewer of
# them, so fewer unknown ones are added.
WORDS_SHARE, WORDS_PRIOR = 0.5, 3.0
# Answers longer than this are searched as text.
PASSAGE = 200
# Everyday sentences shorter than this say nothing about the bar.
SHORTEST = 6
# The bars for answering, for asking back, and for being near the subject: which percentage of
# the everyday sentences stays below ...
PERCENTS = (98, 95, 80)
PASSAGE_PERCENTS = (95, 90, 80)
# ... but not lower than this, as on a small knowledge base few of them reach anything. And while
# it is small, most questions of its subject are not in it yet: rather ask once more.
SMALL, CAUTION = 150, 0.12
FLOORS = np.array([0.40, 0.25, 0.10], dtype=np.float32)
PASSAGE_FLOORS = np.array([25, 15, 10], dtype=np.float32)
# Below this, one word in the place of another is enough to ask back.
CLEARLY = 1.25
# Two questions this close are both offered.
TIE = 0.99
# A wording this much like one that somebody called wrong is wrong too.
SAME = 0.8
# Nobody asks with more characters: whatever follows was pasted along.
LONGEST = 1000
# Fewer characters name a subject, but ask nothing about it.
FEWEST = 4
# A sentence this much like one of everyday chat is chat: where nothing fits better, or at all.
CHATTY, PLAIN_CHAT = 0.4, 0.5
CANDIDATES = 10
OFFERED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the index needs of a knowledge entry."""

    id: Key
    question: str
    similar: Sequence[str] = ()
    answer: str = ""
    not_for: Sequence[str] = ()  # questions that it was said not to answer

    @property
    def wordings(self) -> list[str]:
        return [self.question, *self.similar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do. Candidates are best first; with the score 1.0 one is good enough to answer."""

    action: Action
    entry: Key | None = None  # with "answer" only
    offers: Sequence[Key] = ()  # with "ask" only: what may be meant
    candidates: Sequence[tuple[Key, float]] = ()


class Index:
    """All entries of one knowledge base, ready to be asked. Never changes: make a new one."""

    def __init__(self, entries: Iterable[Entry], words: Words | None = None) -> None:
        self.entries = list(entries)
        self._wordings = [text for each in self.entries for text in each.wordings]
        counts = [len(each.wordings) for each in self.entries]
        self._starts = np.cumsum([0, *counts])[:-1]
        self._words = words
        self._exact: dict[str, list[int]] = {}
        for position, each in enumerate(self.entries):
            for wording in {plain(text) for text in each.wordings} - {""}:
                self._exact.setdefault(wording, []).append(position)
        self._doubted = [at for at, each in enumerate(self.entries) if each.not_for]
        self._long = [at for at, each in enumerate(self.entries) if len(each.answer) > PASSAGE]
        passages = [f"{self.entries[at].question}\n{self.entries[at].answer}" for at in self._long]
        self._questions, self._passages = Texts(self._wordings), Texts(passages)
        self._by_words = (
            (Texts(self._wordings, words.terms), Texts(passages, words.terms)) if words else None
        )
        self._bars, self._passage_bars = self._measure()

    @property
    def by_words(self) -> bool:
        """Whether words count, not characters alone."""
        return self._by_words is not None

    def _measure(self) -> tuple[Floats, Floats]:
        """What the everyday sentences reach: the bars for wordings, and those for long answers."""
        reached = [
            (self._likeness(each).max(initial=0), self._read(each).max(initial=0))
            for each in everyday()
            if len(each) >= SHORTEST
        ]
        asked, read = np.asarray(reached, dtype=np.float32).T
        floors = FLOORS.copy()
        floors[0] += CAUTION * max(0.0, 1 - len(self.entries) / SMALL)
        return (
            np.maximum(np.percentile(asked, PERCENTS).astype(np.float32), floors),
            np.maximum(np.percentile(read, PASSAGE_PERCENTS).astype(np.float32), PASSAGE_FLOORS),
        )

    def _likeness(self, text: str) -> Floats:
        """How alike the text and each wording are."""
        alike = _likeness(self._questions, text)
        if self._by_words:
            return _both(alike, _likeness(self._by_words[0], text, WORDS_PRIOR))
        return alike

    def _read(self, text: str) -> Floats:
        """How much each long answer speaks of the text."""
        speaks = self._passages.bm25(text)
        if self._by_words and self._long:
            return _both(speaks, self._by_words[1].bm25(text))
        return speaks

    def _scores(self, text: str) -> tuple[Floats, Floats]:
        """For each entry its best score against each bar; and how alike each wording is."""
        alike = self._likeness(text)
        best = np.maximum.reduceat(alike, self._starts) if len(alike) else alike
        scores = np.divide(best, self._bars[:, None], dtype=np.float32)
        if self._long:
            read = self._read(text) / self._passage_bars[:, None]
            scores[:, self._long] = np.maximum(scores[:, self._long], read)
        exact = self._exact.get(plain(text))
        if exact:
            scores[:, exact] += max(1.0, scores.max())
        return scores, alike

    def _ranked(self, scores: Floats, k: int) -> list[int]:
        """The positions of the k best entries that have anything in common with the text."""
        few = np.argpartition(-scores, k)[:k] if k < len(scores) else np.arange(len(scores))
        return sorted(
            (int(at) for at in few if scores[at] > 0),
            key=lambda at: (-scores[at], str(self.entries[at].id)),
        )

    def search(self, text: str, k: int = CANDIDATES) -> list[tuple[Key, float]]:
        """The k entries that fit best, best first, without those that have nothing in common."""
        scores = self._scores(text)[0][0]
        return [
            (self.entries[at].id, round(float(scores[at]), 4)) for at in self._ranked(scores, k)
        ]

    def leads_to(self, text: str, key: Key) -> bool:
        """Whether this wording is the entry's and no other's."""
        known = [self.entries[at].id for at in self._exact.get(plain(text), ())]
        return known == [key]

    def decide(self, text: str) -> Decision:
        """Answer, offer what may be meant, hand over to people, or keep silent."""
        if not self.entries:
            return Decision(action="silent")
        text = text[:LONGEST]
        (answer, ask, near), alike = self._scores(text)
        refused = [at for at in self._doubted if _refused(text, self.entries[at])]
        answer[refused] = ask[refused] = near[refused] = 0
        ranked = self._ranked(answer, CANDIDATES)
        found = [(self.entries[at].id, round(float(answer[at]), 4)) for at in ranked]
        if not ranked or self._only_chats(text, alike):
            return Decision(action="silent", candidates=found)
        # Where somebody said no before, only the very words of another entry are sure.
        exact = [at for at in self._exact.get(plain(text), ()) if at not in refused]
        if exact == ranked[:1] or (
            not refused and not exact and self._sure(text, ranked, answer, alike)
        ):
            return Decision(action="answer", entry=found[0][0], candidates=found)
        offers = [self.entries[at].id for at in ranked[:OFFERED] if ask[at] >= 1]
        if offers:
            return Decision(action="ask", offers=offers, candidates=found)
        close = near[ranked[0]] >= 1 and asks(text)
        return Decision(action="handover" if close else "silent", candidates=found)

    def _only_chats(self, text: str, alike: Floats) -> bool:
        """Whether the text is more like everyday chat than like any question that is known."""
        return plain(text) not in self._exact and chats(text) > max(CHATTY, alike.max())

    def _sure(self, text: str, ranked: Sequence[int], scores: Floats, alike: Floats) -> bool:
        """Whether the best entry is good enough, alone, and asks just what the text asks."""
        best, *others = ranked
        if scores[best] < 1 or len(plain(text)) < FEWEST:
            return False
        begin = self._starts[best]
        wordings = self.entries[best].wordings
        like = alike[begin : begin + len(wordings)] / self._bars[0]
        if like.max() < 1:
            return True  # what spoke for the entry is its long answer
        if others and scores[others[0]] >= TIE * scores[best]:
            return False
        return any(
            score >= 1 and not self._differ(text, wording, score)
            for score, wording in zip(like, wordings, strict=True)
        )

    def _differ(self, text: str, wording: str, score: float) -> bool:
        """Whether the text asks something else, though it is as much like the wording as that."""
        if differ(text, wording):
            return True
        return score < CLEARLY and self._words is not None and self._words.exchanged(text, wording)


def _likeness(texts: Texts, text: str, unknown: float = PRIOR) -> Floats:
    query = texts.query(text)
    shared, bm25 = texts.overlap(query)
    prior = unknown * texts.unknown
    # In place: these are long arrays, made for every question.
    shared /= texts.weights + np.float32(query.weight + prior)
    shared *= 2
    bm25 *= BM25_SHARE / (query.weight + prior)
    shared += bm25
    return shared


def _both(by_characters: Floats, by_words: Floats) -> Floats:
    by_words *= WORDS_SHARE
    by_words += by_characters
    by_words /= 1 + WORDS_SHARE
    return by_words


@cache
def _chatter() -> Texts:
    return Texts(everyday())


def chats(text: str) -> float:
    """How much the text is like something from everyday chat."""
    return float(_likeness(_chatter(), text).max())


def wonders(text: str) -> bool:
    """Whether somebody wants to know something that a team might: a question, but no chat."""
    text = text[:LONGEST]
    return asks(text) and len(plain(text)) >= FEWEST and chats(text) < PLAIN_CHAT


def _refused(text: str, entry: Entry) -> bool:
    """Whether somebody said that the entry does not answer this, or something much like it."""
    return any(
        resemblance(text, each) >= SAME and not differ(text, each) for each in entry.not_for
    )


def resemblance(one: str, other: str) -> float:
    """How many of their characters and pairs two sentences share, from 0 to 1."""
    left, right = set(terms(one)), set(terms(other))
    if not left or not right:
        return float(plain(one) == plain(other))
    return 2 * len(left & right) / (len(left) + len(right))


def learn(
    entries: Iterable[Entry], feedback: Iterable[tuple[str, bool]], words: Words | None = None
) -> list[Entry]:
    """The entries after people said which answers were useful; the last word counts.

    A useful answer's question becomes one more wording of its entry. An answer that was of no
    use is not given again to that question, nor to one much like it.
    """
    known = {each.id: each for each in entries}
    index = Index(known.values(), words)
    for query, useful in dict(feedback).items():
        decision = index.decide(query)
        if decision.action not in ("answer", "ask"):
            continue  # nothing was shown that could have been of use
        entry = known[decision.candidates[0][0]]
        if useful:
            known[entry.id] = replace(entry, similar=[*entry.similar, query])
        else:
            known[entry.id] = replace(entry, not_for=[*entry.not_for, query])
    return list(known.values())
