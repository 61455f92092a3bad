"""知识: the questions and answers that the team has written down."""

import re
from itertools import zip_longest
from typing import Annotated

from bot.command import Commands, Topic
from bot.context import Request
from bot.errors import Refusal
from bot.message import Card, Outgoing
from bot.receipt import first_line
from bot.roles import KEEPERS, Role
from bot.signature import Rest, Section
from storage import knowledge
from storage import member as members
from storage.knowledge import Knowledge, Written

topic = Topic("知识", about="知识库：加一条、查、改", place=61)

QUESTION, ANSWER, SIMILAR = ("问", "问题"), ("答", "答案"), ("相似", "相似问", "相似问题")
LONGEST_QUESTION, LONGEST_ANSWER, MOST_SIMILAR = 300, 5000, 50
SHOWN = 15
OPEN_TO_ALL = "现在谁都能改知识库；定了项目经理以后，由项目经理、系统管理员和支持专家来维护。"

_LABELS = {name: names[0] for names in (QUESTION, ANSWER, SIMILAR) for name in names}
_LABEL = re.compile(
    r"(?:^|(?<=[\s,;，；。！？!?]))("
    + "|".join(sorted(_LABELS, key=len, reverse=True))
    + r")\s*[:：]\s*"
)
_NUMBER = re.compile(r"\s*[#＃]?\s*[KkＫｋ]?\s*(\d{1,9})(?![\d.])")


@topic.command(
    "知识 加",
    "知识加",
    "加知识",
    "知识 新增",
    example="知识 加 问：怎么导入客户 答：客户列表右上角点导入",
)
async def add(
    request: Request,
    question: Annotated[str | None, Section(*QUESTION)] = None,
    answer: Annotated[str | None, Section(*ANSWER)] = None,
    similar: Annotated[str | None, Section(*SIMILAR, hint="…;…")] = None,
) -> Outgoing:
    """往知识库加一条；相似的问法用分号隔开"""
    _, said = _said(request, question, answer, similar)
    note = await _check_may_keep(request)
    if "问" not in said or "答" not in said:
        raise Refusal("要写上 问：… 和 答：…")
    _check_length(said)
    same = await knowledge.asked(request.tx, request.team.id, said["问"])
    if same is not None:
        raise Refusal(
            f"K{same.number} 已经有这个问题了，要改请说：知识 改 K{same.number} 答：…", usage=False
        )
    written = Written(
        question=said["问"],
        answer=said["答"],
        similar=_wordings(said.get("相似", "")),
        owner=request.sender.name,
    )
    number = await knowledge.add(request.tx, request.team.id, written, at=request.clock)
    await request.step("知识 加", f"K{number}")
    return Card(title=f"✅ 知识 K{number} 已加｜{said['问']}", text=_lines(said["答"], note))


@topic.command("知识 改", "知识改", "改知识", example="知识 改 K3 答：先下载模板，再点导入")
async def change(
    request: Request,
    which: Annotated[str | None, Rest("K几")] = None,
    question: Annotated[str | None, Section(*QUESTION)] = None,
    answer: Annotated[str | None, Section(*ANSWER)] = None,
    similar: Annotated[str | None, Section(*SIMILAR, hint="…;…")] = None,
) -> Outgoing:
    """改一条知识的问、答或相似问法，没写的不变"""
    head, said = _said(request, question, answer, similar)
    note = await _check_may_keep(request)
    found = await _find(request, which if request.incoming.fields else head)
    if not said:
        raise Refusal("要写上改什么：问：…、答：… 或 相似：…")
    _check_length(said)
    values: dict[str, object] = {}
    if "问" in said:
        values["question"] = said["问"]
    if "答" in said:
        values["answer"] = said["答"]
    if "相似" in said:
        values["similar"] = _wordings(said["相似"])
    if not await knowledge.change(request.tx, found, at=request.clock, **values):
        raise _too_late(found)
    await request.step("知识 改", f"K{found.number}")
    title = f"✅ 知识 K{found.number} 已改｜{said.get('问', found.question)}"
    return Card(title=title, text=_lines(said.get("答", found.answer), note))


@topic.command("知识 删", "知识删", "删知识", "知识 删除", example="知识 删 K3")
async def remove(request: Request, which: Annotated[str, Rest("K几")]) -> Outgoing:
    """删一条知识，以后不再拿它回答"""
    note = await _check_may_keep(request)
    found = await _find(request, which)
    if not await knowledge.remove(request.tx, found, at=request.clock):
        raise _too_late(found)
    await request.step("知识 删", f"K{found.number}")
    return Card(title=f"已删 知识 K{found.number}｜{found.question}", text=note)


@topic.command("知识 查", "知识查", "查知识", "知识 查询", example="知识 查 导入")
async def look(request: Request, words: Annotated[str, Rest("词")]) -> Outgoing:
    """按词查知识库，或按编号看一条"""
    if (number := _NUMBER.fullmatch(words)) and not words.isdecimal():
        return _page(await _find(request, number[0]))
    found = await knowledge.search(request.tx, request.team.id, words.split())
    if not found:
        return Card(title=f"知识库里没有找到「{words[:20]}」", text="换个词，或者说 知识 列表")
    if len(found) == 1:
        return _page(found[0])
    return _listing(f"找到 {len(found)} 条知识", found)


@topic.command("知识 列表", "知识列表", "知识库", "知识", example="知识 列表")
async def everything(request: Request) -> Outgoing:
    """看知识库里有什么"""
    total = await knowledge.count(request.tx, request.team.id)
    if not total:
        return Card(
            title="知识库还是空的",
            text="加一条：知识 加 问：怎么导入客户 答：客户列表右上角点导入",
        )
    newest = await knowledge.listed(request.tx, request.team.id, limit=SHOWN + 1)
    return _listing(f"知识库共 {total} 条", newest)


def _said(
    request: Request, question: str | None, answer: str | None, similar: str | None
) -> tuple[str, dict[str, str]]:
    """What stands before the labels, and after each: an answer may hold colons of its own."""
    if request.incoming.fields:
        filled = {"问": question, "答": answer, "相似": similar}
        return "", {label: text for label, text in filled.items() if text}
    commands: Commands = request.commands
    found = commands.find(request.text)
    words = request.text[found.rest :] if found else request.text
    labels = list(_LABEL.finditer(words))
    said: dict[str, str] = {}
    for label, following in zip_longest(labels, labels[1:]):
        end = following.start() if following else len(words)
        text = words[label.end() : end].strip(" \t\n\u3000,，;；")
        if text:
            said.setdefault(_LABELS[label[1]], text)
    return words[: labels[0].start()] if labels else words, said


def _lines(*lines: str) -> str:
    return "\n".join(each for each in lines if each)


def _wordings(text: str) -> list[str]:
    """The ways to ask, set apart by ; or | or lines."""
    found = (each.strip() for each in re.split(r"[;；|｜\n]", text))
    return list(dict.fromkeys(each for each in found if each))


def _check_length(said: dict[str, str]) -> None:
    if len(said.get("问", "")) > LONGEST_QUESTION:
        raise Refusal(f"问题请写在 {LONGEST_QUESTION} 字以内", usage=False)
    if len(said.get("答", "")) > LONGEST_ANSWER:
        raise Refusal(f"答案请写在 {LONGEST_ANSWER} 字以内", usage=False)
    wordings = _wordings(said.get("相似", ""))
    if len(wordings) > MOST_SIMILAR or any(len(each) > LONGEST_QUESTION for each in wordings):
        raise Refusal(
            f"相似问法最多 {MOST_SIMILAR} 个，每个 {LONGEST_QUESTION} 字以内", usage=False
        )


async def _check_may_keep(request: Request) -> str:
    """Keepers and experts; while nobody keeps the team, anyone. Gives a line that says so."""
    team = await members.in_team(request.tx, request.team.id)
    if any(each.has(*KEEPERS) for each in team):
        await request.require(*KEEPERS, Role.EXPERT)
        return ""
    return OPEN_TO_ALL


async def _find(request: Request, which: str | None) -> Knowledge:
    number = _NUMBER.match(which or "")
    if number is None:
        raise Refusal("要说是哪一条，比如 K3")
    found = await knowledge.find(request.tx, request.team.id, int(number[1]))
    if found is None:
        raise Refusal(f"没有 K{int(number[1])} 这条知识，说 知识 列表 看看", usage=False)
    return found


def _too_late(found: Knowledge) -> Refusal:
    return Refusal(
        f"K{found.number} 刚刚被别人改过，请先 知识 查 K{found.number} 再说一次", usage=False
    )


def _page(found: Knowledge) -> Card:
    facts = []
    if found.similar:
        facts.append(("相似问法", "；".join(found.similar[:5])))
    if found.owner:
        facts.append(("负责人", found.owner))
    if found.review_on:
        facts.append(("复核日期", found.review_on.isoformat()))
    return Card(title=f"K{found.number} {found.question}", text=found.answer, facts=tuple(facts))


def _listing(title: str, found: list[Knowledge]) -> Card:
    lines = [f"K{each.number} {first_line(each.question)}" for each in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append("…… 用 知识 查 <词> 找其余的")
    return Card(title=title, text="\n".join(lines))
