"""The verbs that every ledger entry has: finish, cancel, reopen, note, move, hand over, undo."""

from datetime import timedelta
from typing import Annotated, Any

from bot.command import Topic
from bot.context import Reply, Request
from bot.deadlines import Deadline
from bot.errors import Refusal
from bot.message import Card, Outgoing
from bot.moment import due_words
from bot.receipt import actions, head, listing, name, story
from bot.roles import KEEPERS
from bot.signature import Mention, Number, Option, Rest, When
from storage import ledger
from storage import member as members
from storage.ledger import CANCELLED, DONE, OPEN, SUPERSEDED, Entry
from storage.member import Member

topic = Topic("记录", about="对任何一条记录：完成、改期、转交、查看……", place=12)

UNDO_WITHIN = timedelta(minutes=10)


async def _find(request: Request, number: int) -> Entry:
    found = await ledger.find(request.tx, request.team.id, number)
    if found is None:
        raise Refusal(f"没有 #{number} 这条记录，说 我的 看看自己的", usage=False)
    return found


def _check_may_change(request: Request, entry: Entry) -> None:
    """Owner, opener and the keepers may close, move and hand over."""
    mine = request.sender.id in (entry.owner_id, entry.opened_by)
    if not mine and not request.sender.has(*KEEPERS):
        owner = entry.owner_name or "负责人"
        raise Refusal(
            f"{head(entry.kind, entry.number)} 要由{owner}、登记的人、项目经理或系统管理员来改",
            usage=False,
        )


def _check_open(entry: Entry) -> None:
    if entry.state != OPEN:
        state = {DONE: "已经完成", CANCELLED: "已经取消", SUPERSEDED: "已被取代"}[entry.state]
        raise Refusal(
            f"{head(entry.kind, entry.number)} {state}了，要接着做请说：重开 {entry.number}",
            usage=False,
        )


async def _change(request: Request, entry: Entry, verb: str, text: str, **values: Any) -> None:
    changed = await ledger.change(
        request.tx,
        entry,
        at=request.clock,
        by_id=request.sender.id,
        verb=verb,
        text=text,
        **values,
    )
    if not changed:
        raise Refusal(
            f"#{entry.number} 刚刚被别人改过，请先 查看 {entry.number} 再说一次", usage=False
        )


async def _said(request: Request, entry: Entry, title: str, text: str = "") -> Reply:
    """The receipt, with the buttons that fit the entry as it is now."""
    now = await _find(request, entry.number)
    return Reply(
        message=Card(title=title, text=text or entry.title, buttons=actions(now)),
        number=entry.number,
    )


@topic.command("完成", "解决", "关闭", "搞定", example="完成 12 清单已发群里")
async def finish(
    request: Request,
    number: Annotated[int, Number()],
    note: Annotated[str | None, Rest("说明")] = None,
    cause: Annotated[str | None, Option("根因", "原因")] = None,
    fix: Annotated[str | None, Option("方案", "解决办法")] = None,
) -> Outgoing | Reply:
    """了结一条记录；卡点可以写 根因：… 方案：…"""
    entry = await _find(request, number)
    _check_open(entry)
    _check_may_change(request, entry)
    details = dict(entry.details)
    details.update({key: text for key, text in (("cause", cause), ("fix", fix)) if text})
    causes = (("根因：", cause), ("方案：", fix))
    words = [note or "", *(label + text for label, text in causes if text)]
    await _change(
        request,
        entry,
        "解决" if entry.kind == "blocker" else "完成",
        " ".join(each for each in words if each),
        state=DONE,
        closed_at=request.clock,
        details=details,
    )
    done = "已解决" if entry.kind == "blocker" else "已完成"
    hint = ""
    if entry.kind == "blocker" and not cause:
        hint = f"{entry.title}\n下次可以写上根因：解决 {number} 根因：… 方案：…"
    return await _said(request, entry, f"✅ {head(entry.kind, number)} {done}", hint)


@topic.command("取消", "作废", example="取消 12 客户不要了")
async def cancel(
    request: Request,
    number: Annotated[int, Number()],
    reason: Annotated[str | None, Rest("原因")] = None,
) -> Reply:
    """取消一条记录，历史还在"""
    entry = await _find(request, number)
    _check_open(entry)
    _check_may_change(request, entry)
    await _change(request, entry, "取消", reason or "", state=CANCELLED, closed_at=request.clock)
    return await _said(request, entry, f"已取消 {head(entry.kind, number)}")


@topic.command("重开", "重新打开", example="重开 12 客户又反馈了")
async def reopen(
    request: Request,
    number: Annotated[int, Number()],
    reason: Annotated[str | None, Rest("原因")] = None,
) -> Reply:
    """把了结的记录重新打开"""
    entry = await _find(request, number)
    if entry.state == OPEN:
        raise Refusal(f"{head(entry.kind, number)} 本来就开着", usage=False)
    _check_may_change(request, entry)
    await _change(request, entry, "重开", reason or "", state=OPEN, closed_at=None)
    return await _said(request, entry, f"已重开 {head(entry.kind, number)}")


@topic.command("进展", "更新", example="进展 12 已完成一半，明天给初稿")
async def progress(
    request: Request, number: Annotated[int, Number()], what: Annotated[str, Rest("内容")]
) -> Reply:
    """给一条记录写一句进展"""
    entry = await _find(request, number)
    _check_open(entry)
    await _change(request, entry, "进展", what)
    return await _said(request, entry, f"📝 {head(entry.kind, number)} 进展已记", what)


@topic.command("改期", "延期", example="改期 12 下周三下班前")
async def move(
    request: Request,
    number: Annotated[int, Number()],
    due: Annotated[Deadline, When("时间")],
    reason: Annotated[str | None, Rest("原因")] = None,
) -> Reply:
    """换一个期限"""
    entry = await _find(request, number)
    _check_open(entry)
    _check_may_change(request, entry)
    moved = due.due
    if moved is None:
        raise Refusal("时间没看懂，比如 下周三下班前")
    said = due_words(moved, request.now)
    before = due_words(entry.due, request.now) if entry.due else "没有期限"
    text = f"{before} → {said}" + (f"，{reason}" if reason else "")
    await _change(request, entry, "改期", text, due=moved)
    title = f"📅 {head(entry.kind, number)}｜{entry.owner_name or '待认领'}｜截止 {said}"
    return await _said(request, entry, title)


@topic.command("转交", "转给", example="转交 12 @李四")
async def hand_over(
    request: Request,
    number: Annotated[int, Number()],
    to: Annotated[Member, Mention("接手的人")],
    reason: Annotated[str | None, Rest("说明")] = None,
) -> Reply:
    """换一个负责人"""
    entry = await _find(request, number)
    _check_open(entry)
    _check_may_change(request, entry)
    if to.id == entry.owner_id:
        raise Refusal(f"{head(entry.kind, number)} 的负责人已经是{to.name}", usage=False)
    text = f"{entry.owner_name or '待认领'} → {to.name}" + (f"，{reason}" if reason else "")
    await _change(request, entry, "转交", text, owner_id=to.id)
    return await _said(request, entry, _owned(entry, to.name, request))


@topic.command("认领", "我来", example="认领 12")
async def claim(request: Request, number: Annotated[int, Number()]) -> Reply:
    """把没人管的记录接过来"""
    entry = await _find(request, number)
    _check_open(entry)
    if entry.owner_id == request.sender.id:
        raise Refusal(f"{head(entry.kind, number)} 已经是你的了", usage=False)
    if entry.owner_id is not None:
        raise Refusal(
            f"{head(entry.kind, number)} 已由{entry.owner_name}负责，"
            f"要换人请他说：转交 {number} @{request.sender.name}",
            usage=False,
        )
    await _change(
        request, entry, "认领", f"待认领 → {request.sender.name}", owner_id=request.sender.id
    )
    return await _said(request, entry, _owned(entry, request.sender.name, request))


def _owned(entry: Entry, owner: str, request: Request) -> str:
    due = f"｜截止 {due_words(entry.due, request.now)}" if entry.due else ""
    return f"✅ {head(entry.kind, entry.number)}｜负责人 {owner}{due}"


@topic.command("查看", "详情", example="查看 12")
async def show(request: Request, number: Annotated[int, Number()]) -> Reply:
    """看一条记录的全部经过"""
    entry = await _find(request, number)
    helpers = await members.by_ids(request.tx, list(entry.helpers))
    events = await ledger.story(request.tx, entry.id)
    card = story(entry, events, [each.name for each in helpers.values()], request.now)
    return Reply(message=card, number=number)


@topic.command("撤销", "撤回", example="撤销")
async def undo(request: Request) -> Outgoing:
    """收回自己 10 分钟内的上一步"""
    try:
        undone = await ledger.undo_last(
            request.tx,
            team_id=request.team.id,
            by_id=request.sender.id,
            since=request.clock - UNDO_WITHIN,
            at=request.clock,
        )
    except ledger.OtherStep as other:
        raise Refusal(
            f"你的上一步是「{other.args[0]}」，不能用撤销收回。要收回更早的记录请说：取消 编号",
            usage=False,
        ) from other
    except LookupError as error:
        raise Refusal(
            f"#{error.args[0]} 之后又有人改过，不能直接撤销，请先 查看 {error.args[0]}",
            usage=False,
        ) from error
    if undone is None:
        raise Refusal("10 分钟内没有可以撤销的。更早的请说：取消 编号 或 重开 编号", usage=False)
    entry = undone.entry
    return Card(
        title=f"↩️ 已撤销 {head(entry.kind, entry.number)} 的「{undone.verb}」", text=entry.title
    )


@topic.command("我的", "我的任务", example="我的")
async def mine(request: Request) -> Outgoing:
    """看我手上还没了结的"""
    entries = await ledger.listed(request.tx, request.team.id, owner_id=request.sender.id)
    if not entries:
        return Card(title="手上没有没了结的事 👍")
    return listing(f"{request.sender.name} 手上的", entries, request.now)


@topic.command("任务列表", "所有任务", example="任务列表")
async def tasks(request: Request) -> Outgoing:
    """看全部没完成的任务"""
    return await _list(request, "task")


@topic.command("卡点列表", "所有卡点", example="卡点列表")
async def blockers(request: Request) -> Outgoing:
    """看全部没解决的卡点：谁在等谁"""
    return await _list(request, "blocker")


async def _list(request: Request, kind: str) -> Outgoing:
    entries = await ledger.listed(request.tx, request.team.id, kind=kind)
    if not entries:
        return Card(title=f"没有未了结的{name(kind)} 👍")
    return listing(f"未了结的{name(kind)}", entries, request.now)


@topic.command("逾期", "超期", example="逾期")
async def overdue(request: Request) -> Outgoing:
    """看已经过了期限还没了结的"""
    entries = await ledger.listed(request.tx, request.team.id, due_before=request.clock)
    if not entries:
        return Card(title="没有逾期的 👍")
    return listing("已逾期", entries, request.now)
