"""A standup answer as people write it: with labels, in three plain lines, or as a sentence."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from bot.grammar import half_width
from bot.standup import BULLET, EDGES, Said, is_nothing, joined
from bot.standup_question import (
    BLOCKERS,
    PLAN,
    TICKS,
    TODAY,
    TOMORROW,
    USUAL,
    YESTERDAY,
    Question,
)
from bot.value import TICKED

# 问题 and 计划 also begin ordinary lines; these hardly do.
_PLAIN = ("昨日", "昨天", "今日", "今天", "明日", "明天", "卡点", "阻塞")
_DIGIT = r"\d"
_BEFORE = r"[*\-•·【\[(]*"


# --- labels ----------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _labels(
    questions: tuple[Question, ...], ahead: bool
) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """What begins a part, and whose part each label begins."""
    if ahead:  # 今晚写明天的: what was done today, and the plan for tomorrow
        parts = dict.fromkeys((*YESTERDAY, *TODAY), "yesterday")
        parts |= dict.fromkeys((*PLAN, *TOMORROW), "today")
    else:
        parts = dict.fromkeys(YESTERDAY, "yesterday") | dict.fromkeys((*TODAY, *PLAN), "today")
    parts |= dict.fromkeys(BLOCKERS, "blockers") | dict.fromkeys(TICKS, "yesterday")
    parts = {each.label: each.part or each.label for each in questions} | parts
    names = _any(parts)
    plain = _any(each for each in _PLAIN if each in parts)
    valued = [
        rf"{re.escape(each.label)}\s*:?\s*(?={_any(each.options) or _DIGIT})"
        for each in questions
        if each.options or each.scale
    ]
    # With a colon a label may stand anywhere after a break; without one only at the start of a
    # line, or where a number or one of its options follows.
    begins = r"(?:^|(?<=[\s,;。、!|/]))"
    pattern = (
        rf"{begins}(?:{_any(TICKS)})\s*(?::\s*|(?=#))(?P<ticks>{TICKED.pattern})"
        rf"|{begins}{_BEFORE}(?:\d+[.、)]\s*)?(?P<colon>{names})[】\])]?\s*:[ \t]*"
        rf"|^[ \t]*{_BEFORE}(?P<plain>{plain})(?:[】\])]|[ \t]+|(?=\n|$))"
        rf"|{begins}(?P<valued>{'|'.join(valued) or '(?!)'})"
    )
    return re.compile(pattern, re.MULTILINE), parts


def _any(names: Iterable[str]) -> str:
    return "|".join(re.escape(each) for each in sorted(names, key=len, reverse=True))


def read(text: str, questions: Sequence[Question] = USUAL, *, ahead: bool = False) -> Said:
    """Take an answer apart. Words before the first label belong to no part and are unclear."""
    pattern, parts = _labels(tuple(questions), ahead)
    plain = half_width(text)
    labels = list(pattern.finditer(plain))
    bare = all(each["plain"] for each in labels)
    if not labels or (bare and "\n" not in text.strip()):
        return _unlabelled(text, ahead, tuple(questions), parts)
    said = _sentence(text[: labels[0].start()], ahead)
    ends = [each.start() for each in labels[1:]] + [len(text)]
    for label, end in zip(labels, ends, strict=True):
        value = text[label.end() : end].strip(EDGES)
        if label["ticks"]:
            numbers = tuple(int(each) for each in re.findall(r"\d+", label["ticks"]))
            said = replace(said, done=tuple(dict.fromkeys((*said.done, *numbers))))
            if value:
                said = said.with_part("yesterday", value)
            continue
        name = (label["colon"] or label["plain"] or label["valued"]).rstrip(" :\t")
        said = said.with_part(parts[name], value)
    return _with_sentence(said, parts, ahead) if len(labels) == 1 else said


def _with_sentence(said: Said, parts: Mapping[str, str], ahead: bool) -> Said:
    """昨天：写完文档，今天联调: one label, and the rest as a sentence goes on."""
    if said.yesterday is None or said.unclear or said.done:
        return said
    rest = _sentence(said.yesterday, ahead, begun="yesterday")
    return replace(rest, sure=False) if len(rest.parts) > 1 else said


def _unlabelled(
    text: str, ahead: bool, questions: tuple[Question, ...], parts: Mapping[str, str]
) -> Said:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or _is_story(lines, ahead):
        return _sentence("\n".join(lines), ahead)
    if [each.part for each in questions] != [each.part for each in USUAL]:
        return _one_each(lines, questions, parts)
    first, second = (BULLET.sub("", line) for line in lines[:2])
    done, plan = ("今", "明") if ahead else ("昨", "今")
    if first.startswith(plan) and _day(first, ahead) and not second.startswith(plan):
        first, second = second, first
    return Said(
        yesterday=_without_day(first, done),
        today=_without_day(second, plan),
        blockers="\n".join(lines[2:]) or None,
    )


def _one_each(
    lines: Sequence[str], questions: Sequence[Question], parts: Mapping[str, str]
) -> Said:
    """A line for each of the team's own questions. In another number nobody can tell which."""
    if len(lines) != len(questions):
        return Said(unclear="\n".join(lines))
    said = Said()
    for question, line in zip(questions, lines, strict=True):
        said = said.with_part(parts[question.label], BULLET.sub("", line))
    return said


def _without_day(line: str, day: str) -> str:
    return re.sub(rf"^{day}[日天][\s,，]*(?=\S)", "", line)


# --- a plain sentence ------------------------------------------------------------------------

_DONE_DAY = re.compile(r"(昨[天日儿])|昨晚|上周[一二三四五六日天]|上个?工作日")
_PLAN_DAY = re.compile(r"(今[天日儿])|今早|接下来")
_DONE_TODAY = re.compile(r"(今[天日儿])|今早|昨[天日儿]|昨晚")
_NEXT_DAY = re.compile(r"(明[天日儿])|明早|接下来")
_STUCK = re.compile(
    r"(?:但是?|不过|就是|目前|现在|主要)*\s*(?:"
    r"(?:被?卡(?:在|住(?:了|在)?|点(?:是|在于|在|有)?)|阻塞(?:在|是|点)?|堵在"
    r"|(?:问题|困难)(?:是|在于))\s*[:,]?\s*|(?=遇到了?个?(?:问题|困难|卡点)))"
)
_NAMES_NONE = re.compile(r"卡|阻塞|问题|困难|顺利|正常")
_POLITE = re.compile(
    r"(?:大家|各位|领导)?(?:早上?好|上午好|下午好|晚上好|好|辛苦了?|谢谢|感谢|多谢)(?:大家|各位|领导)?"
    r"|以上|完毕|汇报完毕|就这些|没了"
)
_CLAUSE = re.compile(r"[^,;。!\n]+[,;。!\n]*|[,;。!\n]+")
# Where a day or what blocks follows in the middle of a clause, as in speech without a pause.
_RUNS_ON = re.compile(r"(?<![到从在和给为对把等是按])今[天日](?!的)|卡在|没有?卡点|没有?阻塞")
_SPACED = re.compile(r"[ \t\u3000]+(?=[昨今明][天日]|卡在|卡住|没有?卡点|没有?阻塞|无卡点)")


def _day(clause: str, ahead: bool) -> tuple[str, int] | None:
    """Which part a clause begins that names a day, and where its words begin."""
    for part, days in (
        (("yesterday", _DONE_TODAY), ("today", _NEXT_DAY))
        if ahead
        else (("yesterday", _DONE_DAY), ("today", _PLAN_DAY))
    ):
        found = days.match(clause)
        if found:
            return part, found.end() if found[1] else 0
    return None


def _begins(clause: str, ahead: bool) -> tuple[str, int] | None:
    """The part that a clause plainly begins, and where its words begin. None: it goes on."""
    plain = half_width(clause)
    skip = bullet.end() if (bullet := BULLET.match(plain)) else len(plain) - len(plain.lstrip())
    plain = plain[skip:]
    stuck = _STUCK.match(plain)
    if stuck:
        return "blockers", skip + stuck.end()
    if _NAMES_NONE.search(plain) and is_nothing(plain):
        return "blockers", skip
    day = _day(plain, ahead)
    if day is None:
        return None
    part, start = day
    start += len(plain) - start - len(plain[start:].lstrip(" \t,:"))
    stuck = _STUCK.match(plain, start)
    if part == "today" and stuck and stuck.end() > start:  # 今天卡在测试数据没到
        return "blockers", skip + stuck.end()
    return part, skip + start


def _is_story(lines: Sequence[str], ahead: bool) -> bool:
    """Whether the lines say themselves which part they are, other than in the usual order."""
    begun = [_begins(line, ahead) for line in lines]
    named = [each[0] if each else None for each in begun]
    days = {"yesterday", "today"} & set(named[:2])
    return bool(days) and (any(named[2:]) or "blockers" in named[:2])


def _sentence(text: str, ahead: bool, *, begun: str = "") -> Said:
    """昨天写完了文档，今天联调接口，没有卡点. What names no part goes on with the one before."""
    said, sure = Said(), True
    part, words, unclear = begun, "", ""
    for clause, broken in _clauses(text):
        sure = sure and not broken
        found = _begins(clause, ahead)
        bare = is_nothing(clause) and said.yesterday is not None and part == "today"
        if found or bare:
            said = said.with_part(part, words.strip(EDGES + "。")) if part else said
            part, words = found[0] if found else "blockers", clause[found[1] if found else 0 :]
        elif _POLITE.fullmatch(half_width(clause).strip(" \t\n,;。!~")):
            unclear = joined(unclear, clause.strip(EDGES))
        elif part == "blockers" and is_nothing(words):  # 没有卡点，不过…: whatever that means
            unclear, sure = joined(unclear, clause.strip(EDGES)), False
        elif part:
            words += clause
        else:
            unclear, sure = joined(unclear, clause.strip(EDGES)), False
    said = said.with_part(part, words.strip(EDGES + "。")) if part else said
    return replace(said, unclear=unclear, sure=sure or said.empty)  # with nothing, all is unclear


def _clauses(text: str) -> list[tuple[str, bool]]:
    """The clauses with the punctuation after them; True: only guessed to begin here."""
    found: list[tuple[str, bool]] = []
    plain = half_width(text)
    for each in _CLAUSE.finditer(plain):
        position = each.start()
        cuts = [(cut.end(), False) for cut in _SPACED.finditer(plain, *each.span())]
        # 昨天 in the middle is mostly spoken of, as in 接着昨天的做.
        cuts += [
            (cut.start(), True)
            for cut in _RUNS_ON.finditer(plain, *each.span())
            if _runs_on(plain[each.start() : cut.start()], cut[0])
        ]
        broken = False
        for end, guessed in sorted(dict(reversed(cuts)).items()):
            if end > position and plain[position:end].strip():
                found.append((text[position:end], broken))
                position, broken = end, guessed
        found.append((text[position : each.end()], broken))
    return found


def _runs_on(before: str, sign: str) -> bool:
    """Whether a sign in the middle of a clause may begin another part."""
    if not before.strip() or before[-1:].isspace():
        return False
    if sign.startswith("今"):
        return before.lstrip().startswith("昨")
    # 昨天卡在登录 is about yesterday; after any more words it may be what blocks.
    return (
        re.fullmatch(
            r"\s*(?:[昨今明][天日]|但是?|不过|就是|目前|现在|主要|被|还|都|也|暂时)*", before
        )
        is None
    )
