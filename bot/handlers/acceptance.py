"""验收: the list of what has to pass, and what shows that it did."""

import re
from typing import Annotated

from bot import acceptance
from bot.capture import capture
from bot.clerk import check_title, find, find_kind
from bot.command import Topic
from bot.context import Reply, Request
from bot.deadlines import Deadline
from bot.draft import ask_first
from bot.errors import Refusal
from bot.kind import head
from bot.listing import LINES_A_PAGE, check_page, offset, take_page, titled, turning
from bot.message import Card, Outgoing
from bot.signature import Mention, Number, Rest, When
from storage import acceptance as stored
from storage import ledger
from storage.acceptance import FAILED, PASSED, WAITING
from storage.ledger import Entry
from storage.member import Member

topic = Topic("验收", about="一条条验收：通过还是不通过，证据留着", place=17)


@topic.command("验收", example="验收 导入 5 万客户不超过 10 分钟 @王敏 12月4日前")
async def add(
    request: Request,
    what: Annotated[str, Rest("条目")],
    people: Annotated[tuple[Member, ...], Mention("谁来验收")] = (),
    due: Annotated[Deadline | None, When()] = None,
) -> Outgoing | Reply:
    """加一条验收项，第一个 @ 来验收；不 @ 就由登记的人或项目经理来验"""
    if not re.search(r"\w", what):
        raise Refusal("还缺验收什么")
    check_title(what)
    people = tuple(dict.fromkeys(people))
    if not request.settled and (question := await _same(request, what)):
        return question
    who = people[0].name if people else "你、项目经理或系统管理员"
    return await capture(
        request,
        "acceptance",
        what,
        owner=people[0] if people else None,
        owned=bool(people),
        owner_is="验收人",
        helpers=people[1:],
        due=due,
        notes=[f"由{who}来验：通过 {{number}} 证据，或 不通过 {{number}} 原因"],
    )


async def _same(request: Request, what: str) -> Reply | None:
    listed = await ledger.listed(request.tx, request.team.id, kind="acceptance")
    plain = "".join(what.split())
    same = [each for each in listed if "".join(each.title.split()) == plain]
    if not same:
        return None
    said = "\n".join(acceptance.line(each, request.now) for each in same[:3])
    return await ask_first(request, "验收清单里已经有一样的，还要再记一条吗？", said)


@topic.command("通过", "验收通过", example="通过 12 三次导入都在 8 分钟内，截图在共享盘")
async def accept(
    request: Request,
    number: Annotated[int, Number()],
    evidence: Annotated[str | None, Rest("证据")] = None,
) -> Outgoing | Reply:
    """验收项通过，后面写证据；再说一次是补证据（有验收人的由他说，没有的由登记的人或项目经理说）"""
    entry = await _judged(request, number)
    check_title(evidence or "")
    return await acceptance.accept(request, entry, evidence or "")


@topic.command("不通过", "验收不通过", example="不通过 12 导入到 3 万条就停了")
async def refuse(
    request: Request, number: Annotated[int, Number()], reason: Annotated[str, Rest("原因")]
) -> Outgoing | Reply:
    """验收项没通过，写明原因；改好以后再说 通过"""
    entry = await _judged(request, number)
    check_title(reason)
    return await acceptance.refuse(request, entry, reason)


async def _judged(request: Request, number: int) -> Entry:
    entry = await find(request, number)
    if entry.kind in ("decision", "change"):
        raise Refusal(
            f"{head(entry.kind, number)} 要说：批准 {number} 或 驳回 {number} 原因", usage=False
        )
    return await find_kind(request, number, "acceptance")


_OUTCOMES = {
    "已通过": PASSED,
    "通过": PASSED,
    "没通过": FAILED,
    "不通过": FAILED,
    "未通过": FAILED,
    "待验": WAITING,
    "待验收": WAITING,
    "没验收": WAITING,
    "未验收": WAITING,
}
_CALLED = {PASSED: "已通过", FAILED: "没通过", WAITING: "待验收"}


@topic.command("验收列表", "验收清单", "所有验收", example="验收列表 没通过")
async def listed(
    request: Request, words: Annotated[str | None, Rest("没通过/待验收/已通过")] = None
) -> Card:
    """看验收清单：通过几条、没通过的在前"""
    asked, page = take_page(words or "")
    outcome = _OUTCOMES.get(asked.removesuffix("的"))
    if asked and outcome is None and asked != "全部":
        raise Refusal(
            f"没看懂「{asked[:20]}」，可以说：验收列表 没通过、待验收 或 已通过", usage=False
        )
    counts = await stored.counts(request.tx, request.team.id)
    everything = sum(counts.values())
    if not everything:
        return Card(title="还没有验收项", text="加一条：验收 导入 5 万客户不超过 10 分钟 @王敏")
    summary = acceptance.summary(*(counts.get(each, 0) for each in (PASSED, FAILED, WAITING)))
    total = counts.get(outcome, 0) if outcome else everything
    if not total and outcome:
        return Card(title=f"没有{_CALLED[outcome]}的验收项", text=summary)
    say = f"验收列表 {_CALLED[outcome]}" if outcome else "验收列表"
    check_page(page, total, say)
    found = await stored.page(
        request.tx, request.team.id, outcome=outcome, limit=LINES_A_PAGE, offset=offset(page)
    )
    name = f"{_CALLED[outcome]}的验收" if outcome else "验收"
    return Card(
        title=titled(name, total, page),
        text="\n".join([summary, *(acceptance.line(each, request.now) for each in found)]),
        buttons=turning(say, total, page),
    )
