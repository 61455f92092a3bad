"""The verbs that every ledger entry has: finish, cancel, reopen, note, move, hand over, undo."""

from datetime import timedelta
from typing import Annotated, Any

from bot import leave, postpone
from bot.blocker import RESOLVED, explain, resolve
from bot.blocker import reopen as reopen_blocker
from bot.budget import put_back
from bot.clerk import answer, change, check_may_act, check_may_change, check_open, check_seen, find
from bot.command import Topic
from bot.consequence import (
    after_close,
    after_finish,
    after_move,
    after_reopen,
    check_may_finish,
    facts_of,
    moved,
    reopened,
)
from bot.context import Reply, Request
from bot.deadlines import Deadline, Shift
from bot.errors import Refusal
from bot.kind import KINDS, head
from bot.message import Card, Outgoing
from bot.moment import due_words
from bot.receipt import first_line, story
from bot.several import each_of
from bot.signature import Number, Option, Rest, When
from bot.task import progress_in, stopped
from storage import history, undo
from storage import member as members
from storage.ledger import CANCELLED, DONE, OPEN, OPENED

topic = Topic("记录", about="对任何一条记录：完成、改期、转交、查看……", place=30)

UNDO_WITHIN = timedelta(minutes=10)
# What a reopened entry no longer is.
_ENDINGS = ("closed_by", "confirmed_by", "resolved_by", "resolved_at", "merged_into")


@topic.command("完成", "解决", "关闭", "搞定", example="完成 12 清单已发群里")
async def finish(
    request: Request,
    numbers: Annotated[tuple[int, ...], Number()],
    note: Annotated[str | None, Rest("说明")] = None,
    cause: Annotated[str | None, Option("根因", "原因")] = None,
    fix: Annotated[str | None, Option("方案", "解决办法")] = None,
) -> Outgoing | Reply:
    """了结一条或几条记录；卡点和数据问题可以写 根因：… 方案：…"""
    return await each_of(
        request, "完成", numbers, lambda number: _finish(request, number, note, cause, fix)
    )


async def _finish(
    request: Request, number: int, note: str | None, cause: str | None, fix: str | None
) -> Reply:
    entry = await find(request, number)
    late = entry.kind in ("blocker", "data") and entry.state == DONE and (cause or fix)
    if not late:  # the root cause is often known only afterwards
        check_open(entry)
    await check_may_act(request, entry)
    check_may_finish(entry)
    details = dict(entry.details)
    details.update({key: text for key, text in (("cause", cause), ("fix", fix)) if text})
    causes = (("根因：", cause), ("方案：", fix))
    words = [note or "", *(label + text for label, text in causes if text)]
    said = " ".join(each for each in words if each)
    if late:
        return await explain(request, entry, said, details)
    if entry.kind == "blocker":
        return await resolve(request, entry, said, details)
    verb = "解决" if entry.kind == "data" else "完成"
    values: dict[str, Any] = {"state": DONE, "closed_at": request.clock, "offered_to": None}
    await change(request, entry, verb, said, **values, details=details)
    notes = await after_finish(request, await find(request, number))
    title = f"✅ {head(entry.kind, number)} {KINDS[entry.kind].done}"
    return await answer(request, entry, title, *notes)


@topic.command("取消", "作废", example="取消 12 客户不要了")
async def cancel(
    request: Request,
    numbers: Annotated[tuple[int, ...], Number()],
    reason: Annotated[str | None, Rest("原因")] = None,
) -> Outgoing | Reply:
    """取消一条或几条记录，历史还在"""
    return await each_of(request, "取消", numbers, lambda each: _cancel(request, each, reason))


async def _cancel(request: Request, number: int, reason: str | None) -> Reply:
    entry = await find(request, number)
    check_open(entry)
    check_may_change(request, entry)
    values: dict[str, Any] = {"state": CANCELLED, "closed_at": request.clock, "offered_to": None}
    await change(request, entry, "取消", reason or "", **values)
    notes = await after_close(request, await find(request, number))
    return await answer(request, entry, f"已取消 {head(entry.kind, number)}", *notes)


@topic.command("重开", "重新打开", "没解决", example="重开 12 客户又反馈了")
async def reopen(
    request: Request,
    number: Annotated[int, Number()],
    reason: Annotated[str | None, Rest("原因")] = None,
) -> Reply:
    """把了结的记录重新打开"""
    entry = await find(request, number)
    if entry.state == OPEN and entry.stage != RESOLVED:
        raise Refusal(f"{head(entry.kind, number)} 本来就开着", usage=False)
    check_may_change(request, entry)
    if entry.kind == "blocker":
        return await reopen_blocker(request, entry, reason or "")
    details = {key: each for key, each in entry.details.items() if key not in _ENDINGS}
    values: dict[str, Any] = {"state": OPEN, "stage": "", "rung": 0, "closed_at": None}
    values |= {"details": details, **await reopened(request, entry)}
    await change(request, entry, "重开", reason or "", **values)
    notes = await after_reopen(request, await find(request, number))
    return await answer(request, entry, f"已重开 {head(entry.kind, number)}", *notes)


@topic.command("进展", "更新", example="进展 12 已完成一半，明天给初稿")
async def progress(
    request: Request, number: Annotated[int, Number()], what: Annotated[str, Rest("内容")]
) -> Reply:
    """给一条记录写一句进展；开头可以写做到百分之几，比如 50%"""
    entry = await find(request, number)
    check_open(entry)
    percent = progress_in(what)
    values = {} if percent is None else {"details": {**entry.details, "progress": percent}}
    await change(request, entry, "进展", what, **values)
    share = "" if percent is None else f"（{percent}%）"
    notes = [f"做完了就说：{KINDS[entry.kind].finish} {number}"] if percent == 100 else []
    title = f"📝 {head(entry.kind, number)} 进展已记{share}"
    return await answer(request, entry, title, *notes, text=what)


@topic.command("改期", "延期", example="改期 12 下周三下班前")
async def move(
    request: Request,
    number: Annotated[int, Number()],
    due: Annotated[Deadline | Shift, When("时间", moves=True)],
    reason: Annotated[str | None, Rest("原因")] = None,
) -> Reply:
    """换一个期限；也可以说 推迟一周、提前两天，从原来的期限算"""
    entry = await find(request, number)
    check_open(entry)
    await check_may_act(request, entry)
    await check_seen(request, entry)
    moved(entry, request.now)  # a risk has no deadline to move
    until = postpone.until(request, entry, due)
    if isinstance(until, Reply):
        return until
    said = due_words(until, request.now)
    before = due_words(entry.due, request.now) if entry.due else "没有期限"
    text = f"{before} → {said}" + (f"，{reason}" if reason else "")
    await change(request, entry, "改期", text, due=until, **moved(entry, until))
    title = f"📅 {head(entry.kind, number)} 改到 {said} · 负责人 {entry.owner_name or '待认领'}"
    notes = postpone.day_off_words(request, number, due, until)
    notes += await after_move(request, await find(request, number))
    notes += await leave.absences(request, [(entry.owner_id, entry.owner_name, until)])
    return await answer(request, entry, title, *notes)


@topic.command("查看", "详情", example="查看 12")
async def show(request: Request, number: Annotated[int, Number()]) -> Reply:
    """看一条记录的全部经过"""
    entry = await find(request, number)
    helpers = await members.by_ids(request.tx, list(entry.helpers))
    facts = await facts_of(request, entry)
    if helpers:
        names = "、".join(helpers[each].name for each in entry.helpers if each in helpers)
        facts.insert(0, (KINDS[entry.kind].helpers, names))
    events = await history.story(request.tx, entry.id)
    return Reply(message=story(entry, events, request.now, facts=facts), number=number)


@topic.command("撤销", "撤回", example="撤销")
async def take_back(request: Request) -> Outgoing:
    """收回自己 10 分钟内的上一步"""
    try:
        undone = await undo.undo_last(
            request.tx,
            team_id=request.team.id,
            by_id=request.sender.id,
            since=request.clock - UNDO_WITHIN,
            at=request.clock,
            step=request.cause,
        )
    except undo.OtherStep as other:
        if other.verb in (leave.STEP, leave.CANCELLING):
            await undo.settle(request.tx, other.line_id)
            return await leave.taken_back(request, other.text)
        raise Refusal(
            f"你的上一步是「{other.verb}」，不能用撤销收回。要收回更早的记录请说：取消 编号",
            usage=False,
        ) from other
    except undo.Changed as error:
        raise Refusal(
            f"#{error.args[0]} 之后又有人改过，不能直接撤销，请先 查看 {error.args[0]}",
            usage=False,
        ) from error
    if not undone:
        raise Refusal("10 分钟内没有可以撤销的。更早的请说：取消 编号 或 重开 编号", usage=False)
    # Of one entry the first: that it was written down takes the rest with it.
    verbs = {each.entry.number: (each.entry.kind, each.verb) for each in undone}
    said = [f"{head(kind, n)} 的「{verb}」" for n, (kind, verb) in reversed(verbs.items())]
    more = f"等 {len(said)} 处" if len(said) > 3 else ""
    notes = [line for each in undone if each.verb == OPENED for line in stopped(each.entry)]
    notes += [
        put_back(await find(request, each.entry.number), each.text)
        for each in undone
        if each.entry.kind == "budget" and each.verb != OPENED
    ]
    title = f"↩️ 已撤销 {'、'.join(said[:3])}{more}"
    return Card(title=title, text="\n".join([first_line(undone[-1].entry.title, 100), *notes[:3]]))
