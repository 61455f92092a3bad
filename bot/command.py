"""Commands as declarations, and finding the one that a sentence asks for."""

import difflib
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.context import Reply, Request
from bot.grammar import half_width
from bot.message import Outgoing
from bot.roles import Role
from bot.signature import Mention, Number, Option, Parameter, Rest, When, parameters

Handler = Callable[..., Awaitable[Outgoing | Reply | None]]
# None: it is one sentence after all.
Pasted = Callable[[Request, str], Awaitable[Reply | None]]
# Hears every sentence with the command it would be; None: it was not meant for this listener.
Listener = Callable[[Request, "Found | None"], Awaitable[Outgoing | Reply | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    phrases: tuple[str, ...]  # every way to call it; the first is its name
    handler: Handler
    parameters: tuple[Parameter, ...]
    about: str  # one line, from the handler's docstring
    example: str
    roles: tuple[Role, ...]  # empty: anyone
    topic: str
    pasted: Pasted | None = None  # looks at the words first: a list that is several sentences
    unlogged: bool = False  # neither what was said nor by whom is noted anywhere

    @property
    def name(self) -> str:
        return self.phrases[0]

    @property
    def usage(self) -> str:
        return " ".join([self.name, *(each.usage for each in self.parameters)])

    @property
    def takes_words(self) -> bool:
        """Whether words may follow without a space, as in 卡点数据没到."""
        return any(isinstance(each.marker, Rest | Option) for each in self.parameters)

    @property
    def begins_with_number(self) -> bool:
        return any(isinstance(each.marker, Number) for each in self.parameters)


@dataclass(slots=True)
class Topic:
    """A feature's commands, with the words that name it."""

    name: str
    about: str
    place: int = 50  # where it stands in 帮助: the areas are in handlers/guide.py
    commands: list[Command] = field(default_factory=list)
    fallback: Handler | None = None
    listeners: list[Listener] = field(default_factory=list)
    quoted: list[Listener] = field(default_factory=list)

    def command(
        self,
        *phrases: str,
        example: str,
        roles: Sequence[Role] = (),
        pasted: Pasted | None = None,
        unlogged: bool = False,
    ) -> Callable[[Handler], Handler]:
        def declare(handler: Handler) -> Handler:
            self.commands.append(
                Command(
                    phrases=phrases,
                    handler=handler,
                    parameters=parameters(handler),
                    about=(handler.__doc__ or "").strip().splitlines()[0],
                    example=example,
                    roles=tuple(roles),
                    topic=self.name,
                    pasted=pasted,
                    unlogged=unlogged,
                )
            )
            return handler

        return declare

    def listens_to_quotes(self, listener: Listener) -> Listener:
        """Who quotes what the bot has said speaks of that: heard before all others."""
        self.quoted.append(listener)
        return listener

    def listens(self, listener: Listener) -> Listener:
        """Somebody who answers what the bot has asked need not begin with a command."""
        self.listeners.append(listener)
        return listener

    def otherwise(self, handler: Handler) -> Handler:
        """The handler for sentences to the bot that are no command: gets the request only."""
        self.fallback = handler
        return handler


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    command: Command
    rest: int  # where in the text the words after the command begin


# What follows a command word without a space and yet is a question, not its argument.
_ASKS = re.compile(
    r"[?？]\s*$|^(?:怎么|怎样|如何|是什么|什么|为什么|为啥|在哪|哪里|能不能|可不可以|可以|是不是|有没有|会不会)"
    r"|(?:吗|呢|怎么办|怎么做|怎么用)\s*$|^(?:现在|目前|还|都)*有?(?:哪些|多少|几个|几条)"
    r"|^#?\d+[号条]?(?:已经|已|都)?(?:解决|搞定|完成|做完|好)了"
)
_BEFORE = " \t\n/,、。!;~"  # @大管家，我的
_BREAK = re.compile(r"[\s,:;，：；。#@]")
_ENDED = re.compile(r"(?:已经|都)?(?:完成|解决|搞定|做完|通过)[了啦][。!！]?")


class Commands:
    """All commands, by phrase."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        self.topics = tuple(sorted(topics, key=lambda each: each.place))
        self._by_phrase: dict[str, Command] = {}
        self.fallback: Handler | None = None
        for topic in self.topics:
            if topic.fallback is not None:
                if self.fallback is not None:
                    raise ValueError("two topics answer what is no command")
                self.fallback = topic.fallback
            for command in topic.commands:
                for phrase in command.phrases:
                    if phrase in self._by_phrase:
                        raise ValueError(f"two commands are called {phrase}")
                    self._by_phrase[phrase] = command
        self.listeners = tuple(
            [each for topic in self.topics for each in topic.quoted]
            + [each for topic in self.topics for each in topic.listeners]
        )
        self._lengths = sorted({len(phrase) for phrase in self._by_phrase}, reverse=True)
        silent = [phrase for phrase, each in self._by_phrase.items() if each.unlogged]
        self._silent = frozenset("".join(silent))
        spelt = "|".join(r"\s*".join(phrase) for phrase in silent) or "(?!)"  # 匿 名 as well
        self._wishes = re.compile(rf"\W*[我想要来请帮能可以给]*(?:{spelt})")

    def __iter__(self) -> Any:
        return (command for topic in self.topics for command in topic.commands)

    def find(self, text: str) -> Found | None:
        """The command that the text begins with: the longest phrase wins."""
        plain = half_width(text)
        begin = len(plain) - len(plain.lstrip(_BEFORE))
        body = re.sub(r"[ \t]+", " ", plain[begin : begin + 20])
        for length in self._lengths:
            command = self._by_phrase.get(body[:length])
            if command is None or len(body) < length:
                continue
            end = begin + self._width(plain[begin:], length)
            if self._runs_on(body[:length], plain[end:]):
                continue
            if self._follows(command, length, plain[end:]):
                return Found(command=command, rest=end + self._separator(plain, end))
        return None

    def _runs_on(self, phrase: str, rest: str) -> bool:
        """Whether the phrase's last character begins another word: 决策 查重按手机号."""
        first, _, last = phrase.rpartition(" ")
        known = self._by_phrase.get(first) if len(last) == 1 else None
        return known is not None and known.takes_words and _BREAK.match(rest[:1] or " ") is None

    @staticmethod
    def _width(text: str, length: int) -> int:
        """How far ``length`` characters reach when runs of spaces count as one."""
        seen = position = 0
        while seen < length:
            position += 1
            if text[position - 1] in " \t":
                while position < len(text) and text[position] in " \t":
                    position += 1
            seen += 1
        return position

    @staticmethod
    def _separator(text: str, end: int) -> int:
        """A colon or a comma after the command word belongs to neither."""
        found = re.compile(r"\s*[:,]?\s*").match(text, end)
        return found.end() - end if found else 0

    @staticmethod
    def _follows(command: Command, length: int, rest: str) -> bool:
        """Whether what stands after the phrase can be meant as its arguments."""
        if not rest.strip() or command.unlogged:
            return True
        if _BREAK.match(rest):
            # 我的 客户不见了 is a question, not a list
            return bool(command.parameters) or not rest.strip()
        if command.begins_with_number:
            return rest[0].isdigit() or rest[0] == "第"
        if length < 2 or not command.takes_words:
            return (
                any(isinstance(each.marker, When | Mention) for each in command.parameters)
                and not command.takes_words
                and length >= 2
            )
        return _ASKS.search(rest) is None

    def unlogged(self, text: str) -> bool:
        """Whether nothing of this sentence may be noted: also where its command is mistyped,
        or only wished for, as in 我想匿名说."""
        plain = half_width(text[:40]).lstrip(_BEFORE)[:10]
        if self._silent.isdisjoint(plain):
            return False
        found = self.find(text)
        if found is None and self._wishes.match(plain):
            return True
        if found is None and not self._silent.isdisjoint(plain[:3]):
            meant = self.near(text)
            found = self.find(meant) if meant else None
        return found is not None and found.command.unlogged

    def leads(self, text: str, *, quoting: bool = False) -> bool:
        """Whether a sentence that is not said to the bot is plainly meant for it all the same:
        the word, then a break or the end. Only 卡点 is a word that nobody says in passing."""
        found = self.find(text)
        if found is None:
            return quoting and _ENDED.fullmatch(text.strip()) is not None
        plain = half_width(text).lstrip(_BEFORE)
        phrase = max(
            (p for p in found.command.phrases if plain.startswith(p)), key=len, default=""
        )
        rest = plain[len(phrase) :]
        if found.command.begins_with_number and not quoting:
            # 确认，收到了 is said to the others; who quotes an entry need not say its number.
            return re.match(r"\s*(?:#|第)?\s*\d", rest) is not None
        if phrase == "卡点" or not rest:
            return True
        if rest[0] in ",。.;":  # 卡住了，怎么办 is said to the others
            return _ASKS.search(rest.strip(" ,。.;")) is None
        return bool(_BREAK.match(rest))

    def near(self, text: str) -> str | None:
        """What somebody who mistyped the command word probably meant to say."""
        plain = half_width(text).strip().lstrip("/")
        word = re.split(r"[\s:,]", plain, maxsplit=1)[0]
        if not 2 <= len(word) <= 6 or _ENDED.fullmatch(word):
            return None
        names = [phrase for phrase in self._by_phrase if len(phrase) >= 2]
        close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
        if not close or abs(len(close[0]) - len(word)) > 1:
            return None
        if _distance(word, close[0]) > 1:
            return None
        # Of two characters one in common is little: 卡店 and 点卡 are 卡点, 好的 is not 我的.
        if len(word) == 2 and word[0] != close[0][0] and word != close[0][::-1]:
            return None
        meant = close[0] + text.strip().lstrip("/")[len(word) :]
        return meant if self.find(meant) is not None else None  # 周报 上周 means what it says


def _distance(one: str, other: str) -> int:
    """Edits between two short words, a swap of neighbours counting once."""
    rows = [
        [i + j if i * j == 0 else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)
    ]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            same = one[i - 1] == other[j - 1]
            rows[i][j] = min(
                rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (not same)
            )
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]
