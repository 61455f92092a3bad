"""Whose turn it is at which standup: the sitting that an answer belongs to, and what it asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.context import Request
from bot.moment import day_words
from bot.round import Sitting, closed, current, following, rounds_of
from bot.standup_question import Question, questions_of
from storage import standup as answers
from storage.standup import Answer

_AHEAD = {"yesterday": "今日", "today": "明日"}  # 今晚写明天的


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A member's place in one sitting; on a day without one, in the day itself."""

    sitting: Sitting | None
    day: date
    over: bool  # the sitting has closed: what is said now is late
    questions: tuple[Question, ...]
    written: Answer | None  # what this member has said so far

    @property
    def key(self) -> str:
        return self.sitting.round.key if self.sitting else ""

    @property
    def name(self) -> str:
        return self.sitting.round.name if self.sitting else "站会"

    @property
    def when(self) -> str:
        return day_words(self.day)

    @property
    def ahead(self) -> bool:
        return self.sitting is not None and self.sitting.round.ahead

    @property
    def given(self) -> bool:
        return self.written is not None and self.written.given

    def label(self, question: Question) -> str:
        return _AHEAD.get(question.part, question.label) if self.ahead else question.label

    @property
    def labels(self) -> Mapping[str, str]:
        """What each part is called, also those that are not asked for."""
        usual = {"yesterday": "昨日", "today": "今日", "blockers": "卡点"}
        usual |= _AHEAD if self.ahead else {}
        return usual | {each.part: self.label(each) for each in self.questions if each.part}

    @property
    def example(self) -> str:
        """How an answer is typed."""
        return " ".join(f"{self.label(each)}：{each.sample}" for each in self.questions)


async def turn_of(request: Request, *, belated: bool = False) -> Turn:
    """The open sitting, else the one just closed, else the next of today.

    Who has answered the one just closed writes for the next, unless it is meant as ``belated``.
    """
    rounds = rounds_of(request.config, request.team)
    sitting = current(rounds, request.now, request.calendar)
    ended = closed(rounds, request.now, request.calendar)
    if belated and ended:
        sitting = ended[-1]
    turn = await _turn(request, sitting)
    later = following(rounds, request.now, request.calendar)
    if turn.over and turn.given and later is not None and not belated:
        return await _turn(request, later)
    return turn


async def _turn(request: Request, sitting: Sitting | None) -> Turn:
    day = sitting.day if sitting else request.now.date()
    written = await answers.find(
        request.tx,
        team_id=request.team.id,
        member_id=request.sender.id,
        day=day,
        round_key=sitting.round.key if sitting else "",
    )
    return Turn(
        sitting=sitting,
        day=day,
        over=sitting is not None and sitting.closes <= request.now,
        questions=questions_of(request.team),
        written=written,
    )
