"""站会问题: what a team asks at its standup, and how the answers went."""

import re
from typing import Annotated

from bot.command import Topic
from bot.context import Request
from bot.errors import Refusal
from bot.grammar import half_width
from bot.message import Button, Card, Outgoing
from bot.moment import day_words
from bot.signature import Rest
from bot.standup_question import EXAMPLE, USUAL, Question, parse, questions_of, stored, words
from bot.standup_trend import FEWEST, lines, trend
from storage import team as teams

topic = Topic("站会问题", about="站会问什么由团队自己定，还能看趋势", place=51)

USUALLY, MOST_WEEKS = 4, 26


@topic.command("站会问题", "站会 问题", example="站会问题")
async def show(request: Request) -> Outgoing:
    """看站会现在问什么"""
    return _card("站会问这些", questions_of(request.team))


@topic.command("设置 站会问题", "设置站会问题", "设置 站会 问题", example=EXAMPLE)
async def change(
    request: Request, what: Annotated[str | None, Rest("几个问题，或 默认")] = None
) -> Outgoing:
    """定站会问哪几个问题：一句话的、选一个的、打分的（项目经理或系统管理员）"""
    if what is None:
        return _card("站会问这些", questions_of(request.team))
    await request.require_keeper("改设置要项目经理或系统管理员来做")
    usual = what.strip() in ("默认", "恢复默认", "还原")
    questions = USUAL if usual else parse(what)
    kept = [] if questions == USUAL else [stored(each) for each in questions]
    await teams.change_setting(request.tx, request.team.id, "questions", kept)
    await request.step("设置", "站会问题")
    return _card("✅ 站会以后问这些", questions)


def _card(title: str, questions: tuple[Question, ...]) -> Card:
    notes = [f"{n}. {each.label}{_kind(each)}" for n, each in enumerate(questions, start=1)]
    if any(each.private for each in questions):
        notes.append(f"打分只算平均，满 {FEWEST} 个人才显示，别人看不到谁打了几分")
    written = "、".join(words(each) for each in questions)
    notes.append(f"要改就说：设置 站会问题 {written}")
    notes.append("换回原来的：设置 站会问题 默认" if questions != USUAL else f"比如 {EXAMPLE}")
    return Card(
        title=title,
        text="\n".join(notes),
        buttons=(Button(label="看趋势", say="站会趋势"),),
    )


def _kind(question: Question) -> str:
    if question.scale:
        return f"（打分，1 到 {question.scale}）"
    return f"（选一个：{'、'.join(question.options)}）" if question.options else ""


@topic.command("站会趋势", "站会 趋势", "心情趋势", example="站会趋势 8")
async def course(request: Request, weeks: Annotated[str | None, Rest("几周")] = None) -> Outgoing:
    """最近几周的回答率、打分的平均和选项的次数"""
    number = _weeks(weeks or "")
    found = await trend(request, number)
    if not any(each.answered.expected or each.averages or each.chosen for each in found):
        return Card(title="还没有可看的趋势", text="第一次站会收了就有")
    notes = lines(found, questions_of(request.team))
    if any(each.private or each.options for each in questions_of(request.team)):
        notes.append(f"打分和选项，一周里满 {FEWEST} 个人写才算进来")
    return Card(
        title=f"📈 站会趋势｜最近 {number} 周",
        text="\n".join([f"从{day_words(found[0].monday)}那周到这周", *notes]),
    )


def _weeks(text: str) -> int:
    plain = half_width(text).strip()
    if not plain:
        return USUALLY
    found = re.fullmatch(r"(?:最近|近)?\s*(\d{1,3})\s*(?:个?(?:周|星期))?", plain)
    if found is None or not 1 <= int(found[1]) <= MOST_WEEKS:
        raise Refusal(f"要看几周？1 到 {MOST_WEEKS} 周，比如 站会趋势 8", usage=False)
    return int(found[1])
