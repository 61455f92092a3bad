"""回顾: collecting what people would rather say without their names."""

import re
from typing import Annotated

from bot import retro
from bot.command import Topic
from bot.context import Reply, Request
from bot.errors import Refusal
from bot.grammar import half_width
from bot.listing import LINES_A_PAGE, check_page, offset, take_page, titled, turning
from bot.message import Button, Card, Outgoing, Text
from bot.moment import day_words
from bot.retro import LEAST, LONGEST_TITLE, MOST
from bot.signature import Rest
from storage import retro as retros
from storage.retro import Retro

topic = Topic("回顾", about="匿名说说哪里好、哪里要改：谁说的哪里都不存", place=57)

_UNPUBLISHED = re.compile(r"不(?:公布|公开|发|看)了?|作废")


@topic.command("匿名", "回顾 匿名", "回顾匿名", example=retro.EXAMPLE, unlogged=True)
async def say(request: Request, what: Annotated[str, Rest("一句话")]) -> Outgoing:
    """私聊我，给开着的回顾匿名说一句；谁说的不存"""
    if not request.chat.private:
        raise Refusal("在群里大家看得到是你说的，请私聊我再说一次，刚才的我没有存", usage=False)
    retro.check_note(what)
    kept = await retros.add(request.tx, request.team.id, what, most=MOST)
    if kept is None:
        raise await retro.none_open(request)
    if not kept:
        raise Refusal(f"这次回顾已经收满 {MOST} 条，没有再存", usage=False)
    return Text(text="收到。我没存是谁说的，所以也撤不回来。还想说就再来一句：匿名 …")


@topic.command("回顾", example="回顾")
async def show(request: Request, which: Annotated[str | None, Rest("第几次")] = None) -> Outgoing:
    """看这次回顾大家匿名写了什么；满 3 条才能看"""
    words, page = take_page(which or "")
    known = await retros.every(request.tx, request.team.id)
    number = re.fullmatch(r"(?:第\s*)?#?(\d{1,6})\s*次?", half_width(words))
    if number is not None:
        found = next((each for each in known if each.place == int(number[1])), None)
        if found is None:
            raise Refusal(f"没有第 {number[1]} 次回顾，说 回顾 列表 看有哪些", usage=False)
    elif words:
        raise Refusal(
            f"没看懂「{words[:20]}」。看这次的说 回顾，看以前的说 回顾 列表，"
            "自己说一句就私聊我：匿名 …",
            usage=False,
        )
    else:
        found = next((each for each in known if each.closed_at is None), None)
        if found is None:
            return await _none(request, known)
    if found.notes < LEAST:
        return retro.waiting(found)
    return retro.shown(found, await retros.notes(request.tx, found.id), page)


async def _none(request: Request, known: list[Retro]) -> Card:
    last = known[-1] if known else None
    return Card(
        title="现在没有开着的回顾",
        text="项目经理说一句就开：回顾 开始 试点一个月",
        buttons=(Button(label=f"看上次：{last.title[:16]}", say=f"回顾 {last.place}"),)
        if last
        else (),
    )


@topic.command("回顾 开始", "回顾开始", "开始回顾", example="回顾 开始 试点一个月")
async def start(
    request: Request, title: Annotated[str | None, Rest("主题")] = None
) -> Outgoing | Reply:
    """开一次匿名回顾，请大家私聊我说（项目经理或系统管理员）"""
    await request.require_keeper("开回顾要项目经理或系统管理员来做")
    called = " ".join((title or day_words(request.now)).split())
    if len(called) > LONGEST_TITLE:
        raise Refusal(f"主题最多 {LONGEST_TITLE} 字，比如 回顾 开始 试点一个月", usage=False)
    home = await request.home() if request.chat.private else request.chat
    if home is None:
        raise Refusal("还没有群可以发邀请，先把我拉进群里", usage=False)
    if not await retros.start(
        request.tx,
        team_id=request.team.id,
        title=called,
        by_id=request.sender.id,
        at=request.clock,
    ):
        before = await retro.open_retro(request)
        name = f"「{before.title}」" if before else "上一次"
        raise Refusal(f"{name}还开着，先说 回顾 结束，再开新的", usage=False)
    await request.step("回顾 开始", called)
    return await _post(request, retro.invitation(called), f"✅ 回顾开始｜{called}")


@topic.command("回顾 结束", "回顾结束", "结束回顾", example="回顾 结束")
async def end(
    request: Request, how: Annotated[str | None, Rest("不公布")] = None
) -> Outgoing | Reply:
    """结束这次回顾，都发到群里；不到 3 条就不公布（项目经理或系统管理员）"""
    await request.require_keeper("结束回顾要项目经理或系统管理员来做")
    found = await retro.open_retro(request)
    if found is None:
        raise await retro.none_open(request)
    unpublished = how is not None and _UNPUBLISHED.fullmatch(how.strip()) is not None
    if how is not None and not unpublished:
        raise Refusal("没看懂。结束就说：回顾 结束", usage=False)
    if not await retros.close(request.tx, found.id, at=request.clock):
        raise Refusal("刚刚已经有人结束了，看的话说 回顾 列表", usage=False)
    notes = await retros.notes(request.tx, found.id)
    _check_end(len(notes), unpublished=unpublished)
    await request.step("回顾 结束", found.title)
    title = f"🗣 回顾结束｜{found.title}"
    if len(notes) >= LEAST:
        card = retro.shown(found, notes, 1, title=title)
        return await _post(request, card, f"✅ 回顾结束｜{found.title}")
    await retros.drop_notes(request.tx, found.id)
    said = f"收到 {len(notes)} 条，不满 {LEAST} 条，没有公布，已经删了" if notes else "没有收到"
    return Card(title=f"{title}：{said}")


def _check_end(count: int, *, unpublished: bool) -> None:
    """What too few have said is not shown; what enough have said is not hidden. Raises Refusal."""
    if count >= LEAST and unpublished:
        raise Refusal(
            f"已经收到 {count} 条，大家等着看，不能不公布。结束就说：回顾 结束", usage=False
        )
    if 0 < count < LEAST and not unpublished:
        raise Refusal(
            f"才收到 {count} 条，满 {LEAST} 条才公布，不然猜得到是谁。再请大家说说；"
            "不等了就说：回顾 结束 不公布（会删掉）",
            usage=False,
        )


async def _post(request: Request, card: Card, receipt: str) -> Outgoing:
    """In the group: as the answer if it was said there."""
    if not request.chat.private:
        return card
    home = await request.home()
    if home is None:
        return card
    await request.tell(home, card)
    return Card(title=receipt, text=f"已经发到「{home.name}」" if home.name else "已经发到群里")


@topic.command("回顾 列表", "回顾列表", "所有回顾", example="回顾 列表")
async def every(request: Request, which: Annotated[str | None, Rest("第几页")] = None) -> Outgoing:
    """看以前的回顾，新的在前"""
    words, page = take_page(which or "")
    if words:
        raise Refusal(f"没看懂「{words[:20]}」，直接说：回顾 列表", usage=False)
    known = (await retros.every(request.tx, request.team.id))[::-1]
    if not known:
        return Card(title="还没开过回顾", text="项目经理说一句就开：回顾 开始 试点一个月")
    check_page(page, len(known), "回顾 列表")
    here = known[offset(page) : offset(page) + LINES_A_PAGE]
    see = [Button(label=f"看第 {each.place} 次", say=f"回顾 {each.place}") for each in here[:3]]
    return Card(
        title=titled("回顾", len(known), page),
        text="\n".join(retro.line(request, each) for each in here),
        buttons=(*turning("回顾 列表", len(known), page), *see),
    )
