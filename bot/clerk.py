"""Writing in the ledger in a member's name: finding an entry, who may change it, changing it."""

from collections.abc import Sequence
from typing import Any

from bot.context import Reply, Request
from bot.errors import Refusal
from bot.kind import KINDS, head
from bot.leave import stands_in
from bot.message import Card, Person
from bot.receipt import actions
from bot.roles import KEEPERS
from storage import history, ledger
from storage.ledger import CANCELLED, DONE, OPEN, SUPERSEDED, Entry

LONGEST_TITLE = 500  # characters


async def find(request: Request, number: int) -> Entry:
    """The team's entry of this number. Raises Refusal if there is none."""
    found = await ledger.find(request.tx, request.team.id, number)
    if found is None:
        raise Refusal(f"没有 #{number} 这条记录，说 我的 看看自己的", usage=False)
    return found


async def find_kind(request: Request, number: int, *kinds: str) -> Entry:
    """The same, of one of these kinds only."""
    found = await find(request, number)
    if found.kind not in kinds:
        wanted = "或".join(KINDS[each].name for each in kinds)
        raise Refusal(f"#{number} 是{KINDS[found.kind].name}，这句只用在{wanted}上", usage=False)
    return found


def may_change(request: Request, entry: Entry) -> bool:
    """Owner, opener and the keepers may close, move and hand over."""
    named = entry.details.get("approver")  # who approved a decision may also take it back
    mine = request.sender.id in (entry.owner_id, entry.opened_by, named)
    return mine or request.sender.has(*KEEPERS)


def check_may_change(request: Request, entry: Entry) -> None:
    if not may_change(request, entry):
        owner = entry.owner_name or "负责人"
        raise Refusal(
            f"{head(entry.kind, entry.number)} 要由{owner}、登记的人、项目经理或系统管理员来改",
            usage=False,
        )


async def check_may_act(request: Request, entry: Entry) -> None:
    """For 完成, 改期 and 转交: also who stands in for its owner may. Raises Refusal."""
    if not may_change(request, entry) and await stands_in(request, entry.owner_id):
        return
    check_may_change(request, entry)


def check_open(entry: Entry) -> None:
    if entry.state == OPEN:
        return
    if entry.state == SUPERSEDED:
        raise Refusal(
            f"{head(entry.kind, entry.number)} 已被取代了，看现在有效的请说：查看 {entry.number}",
            usage=False,
        )
    into = entry.details.get("merged_into")
    if entry.state == CANCELLED and into:
        raise Refusal(
            f"{head(entry.kind, entry.number)} 已并入 #{into}，后面的都记在 #{into} 上",
            usage=False,
        )
    state = {DONE: KINDS[entry.kind].done, CANCELLED: "已经取消"}[entry.state]
    if entry.state == DONE and entry.details.get("closed_by") == "timeout":
        state = "已经超时关闭"
    raise Refusal(
        f"{head(entry.kind, entry.number)} {state}了，要接着做请说：重开 {entry.number}",
        usage=False,
    )


async def check_seen(request: Request, entry: Entry) -> None:
    """A form that was filled in from an older state must not overwrite what others did since."""
    if request.seen is None or request.seen == entry.version:
        return
    since = (await history.story(request.tx, entry.id))[request.seen - entry.version :]
    if any(each.by_id != request.sender.id for each in since):
        raise Refusal(
            f"{head(entry.kind, entry.number)} 在你填表的时候有人改过，"
            f"请先 查看 {entry.number}，还要改再说一次",
            usage=False,
        )


def check_title(title: str) -> None:
    if len(title) > LONGEST_TITLE:
        raise Refusal(
            f"这句有 {len(title)} 字，最多 {LONGEST_TITLE} 字。"
            "请先写一句要点，细节再说：进展 编号 …",
            usage=False,
        )


async def change(request: Request, entry: Entry, verb: str, text: str, **values: Any) -> None:
    """Change the entry and note it. Raises Refusal if somebody else was faster."""
    changed = await ledger.change(
        request.tx,
        entry,
        at=request.clock,
        by_id=request.sender.id,
        verb=verb,
        text=text,
        step=request.cause,
        **values,
    )
    if not changed:
        raise Refusal(
            f"{head(entry.kind, entry.number)} 刚刚被别人改过，请先 查看 {entry.number} 再说一次",
            usage=False,
        )


async def answer(
    request: Request,
    entry: Entry,
    title: str,
    *notes: str,
    text: str = "",
    mentions: Sequence[Person] = (),
) -> Reply:
    """What was done, with the buttons that fit the entry as it is now."""
    now = await find(request, entry.number)
    lines = [text or entry.title, *notes]
    card = Card(
        title=title,
        text="\n".join(each for each in lines if each),
        buttons=actions(now),
        mentions=tuple(mentions),
    )
    return Reply(message=card, number=entry.number)
