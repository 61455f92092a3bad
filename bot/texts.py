"""An inverted index of texts: which share words with a question, and how telling those are."""

import math
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from bot.terms import terms

Floats = NDArray[np.float32]
Numbers = NDArray[np.intc]
# Takes a text apart.
Cut = Callable[[str], Sequence[str]]

# BM25 as usual.
K1, B = 1.5, 0.75


@cache
def everyday() -> tuple[str, ...]:
    """Sentences of everyday chat, which no knowledge base should answer."""
    text = files("bot").joinpath("smalltalk.txt").read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip())


@lru_cache(maxsize=4)
def _background(cut: Cut) -> Mapping[str, int]:
    """In how many everyday sentences a term stands."""
    return Counter(each for sentence in everyday() for each in set(cut(sentence)))


@dataclass(frozen=True, slots=True)
class Query:
    known: Sequence[int]  # the numbers of the terms that some text has
    weight: float  # what all its terms tell, unknown ones included


class Texts:
    """The texts, by term. Never changes."""

    def __init__(self, texts: Iterable[str], cut: Cut = terms) -> None:
        self._cut = cut
        self._numbers: dict[str, int] = {}
        term, text, count, lengths = _count(map(cut, texts), self._numbers)
        self.size = len(lengths)
        order = np.argsort(term, kind="stable").astype(np.intc)
        term, count, self._text = term[order], count[order], text[order]
        starts = np.searchsorted(term, np.arange(len(self._numbers) + 1))
        self._starts: list[int] = starts.tolist()
        # How rare a term is shows in everyday language too: a small knowledge base alone would
        # find every word remarkable.
        self._background = background = _background(cut)
        self._total = self.size + len(everyday())
        found = np.diff(starts).astype(np.float64)
        found += np.fromiter((background.get(each, 0) for each in self._numbers), np.float64)
        self._rarity = np.log1p((self._total - found + 0.5) / (found + 0.5)).astype(np.float32)
        self.unknown = math.log1p((self._total + 0.5) / 0.5)
        size = np.asarray(lengths, dtype=np.float64)
        mean = max(float(size.mean()), 1.0) if self.size else 1.0
        norm = (K1 * (1 - B + B * size / mean)).astype(np.float32)
        each_rarity = self._rarity[term]
        bm25 = each_rarity * count * (K1 + 1) / (count + norm[self._text])
        self._bm25 = bm25.astype(np.float32)
        weights = np.bincount(self._text, weights=each_rarity, minlength=self.size)
        self.weights = weights.astype(np.float32)  # what all terms of each text tell

    def query(self, text: str) -> Query:
        known: list[int] = []
        weight = 0.0
        for each in dict.fromkeys(self._cut(text)):
            number = self._numbers.get(each)
            if number is None:
                seen = self._background.get(each, 0)
                weight += math.log1p((self._total - seen + 0.5) / (seen + 0.5))
            else:
                known.append(number)
                weight += float(self._rarity[number])
        return Query(known, weight)

    def overlap(self, query: Query) -> tuple[Floats, Floats]:
        """For each text: the weight of the terms it shares with the query, and its BM25."""
        shared = np.zeros(self.size, dtype=np.float32)
        bm25 = np.zeros(self.size, dtype=np.float32)
        for number in query.known:
            here = slice(self._starts[number], self._starts[number + 1])
            texts = self._text[here]
            shared[texts] += self._rarity[number]
            bm25[texts] += self._bm25[here]
        return shared, bm25

    def bm25(self, text: str) -> Floats:
        return self.overlap(self.query(text))[1]


def _count(
    texts: Iterable[Sequence[str]], numbers: dict[str, int]
) -> tuple[Numbers, Numbers, Floats, list[int]]:
    """Term, text and how often, for every term of every text; and the texts' lengths."""
    # Arrays, not lists: there are millions of these numbers in a large knowledge base.
    term, text, count = array("i"), array("i"), array("i")
    lengths: list[int] = []
    for position, found in enumerate(texts):
        lengths.append(len(found))
        counted = Counter(found)
        term.extend(numbers.setdefault(each, len(numbers)) for each in counted)
        text.extend(repeat(position, len(counted)))
        count.extend(counted.values())
    return (
        np.frombuffer(term, dtype=np.intc) if term else np.zeros(0, dtype=np.intc),
        np.frombuffer(text, dtype=np.intc) if text else np.zeros(0, dtype=np.intc),
        np.asarray(count, dtype=np.float32),
        lengths,
    )
