"""预算 and 支出: what each subject may cost, and what it has cost."""

from decimal import Decimal
from typing import Annotated

from bot import budget
from bot.clerk import check_title
from bot.command import Topic
from bot.context import Reply, Request
from bot.errors import Refusal
from bot.listing import LINES_A_PAGE, check_page, offset, take_page, titled, turning
from bot.message import Card, Outgoing
from bot.money import spoken
from bot.signature import Amount, Option, Rest
from storage.ledger import DONE

topic = Topic("预算", about="每个科目计划多少、花了多少，快用完会提醒", place=16)


@topic.command("预算", example="预算 培训 12000")
async def plan(
    request: Request,
    subject: Annotated[str | None, Rest("科目")] = None,
    amount: Annotated[Decimal | None, Amount()] = None,
) -> Outgoing | Reply:
    """定一个科目的预算，再说一次就是改（项目经理或系统管理员）；只说 预算 看全部"""
    if amount is None:
        return await _look(request, subject)
    await budget.check_may_keep(request)
    if subject is None:
        raise Refusal("还缺科目，比如：预算 培训 12000", usage=False)
    known, name, rest = budget.divide(subject, await budget.subjects(request))
    if known is not None and rest:
        raise Refusal(
            f"已有科目「{known.title}」，改它的计划就说：预算 {known.title} 金额；"
            f"另开一个科目名字要连着写，比如 {name}-{rest[:10]}",
            usage=False,
        )
    return await budget.plan(request, " ".join(subject.split()), amount)


async def _look(request: Request, subject: str | None) -> Outgoing | Reply:
    if subject is None:
        return await _page(request, 1)
    known = budget.named(subject, await budget.subjects(request))
    if known is None:
        raise Refusal(
            f"还缺金额，前面空一格写，比如：预算 {subject[:20]} 12000 或 1.2万", usage=False
        )
    return Reply(
        message=Card(
            title=budget.line(known),
            text=f"要改就带上金额：预算 {known.title} 新的金额",
            buttons=(budget.LIST,),
        ),
        number=known.number,
    )


@topic.command("支出", "花费", example="支出 培训 3000 讲师场地")
async def spend(
    request: Request,
    what: Annotated[str, Rest("科目")],
    amount: Annotated[Decimal, Amount()],
    note: Annotated[str | None, Option("说明", "备注")] = None,
) -> Reply:
    """在一个科目上记一笔，科目后面可以写说明；退款写负数，比如 -500（项目经理或系统管理员）"""
    await budget.check_may_keep(request)
    check_title(what)
    entry, subject, rest = budget.divide(what, await budget.subjects(request))
    said = " ".join(each for each in (rest, note) if each)
    check_title(said)
    if entry is None:
        return await budget.unknown(request, subject, amount, said)
    return await budget.spend(request, entry, amount, said)


@topic.command("预算列表", "预算 列表", "预算情况", example="预算列表")
async def listed(request: Request, words: Annotated[str | None, Rest("第几页")] = None) -> Card:
    """看每个科目的计划、已花、剩余和百分比，还有合计"""
    rest, page = take_page(words or "")
    if rest:
        raise Refusal("直接说 预算列表 就行；看一个科目说：预算 培训", usage=False)
    return await _page(request, page)


async def _page(request: Request, page: int) -> Card:
    found = [*await budget.subjects(request), *await budget.subjects(request, DONE)]
    if not found:
        return Card(title="还没有预算科目", text="定一个：预算 培训 12000")
    check_page(page, len(found), "预算列表")
    sums = budget.together([budget.account(each) for each in found])
    found.sort(key=lambda each: (each.state == DONE, -budget.account(each).percent, each.number))
    shown = found[offset(page) : offset(page) + LINES_A_PAGE]
    return Card(
        title=titled("预算", len(found), page),
        text="\n".join(budget.line(each) for each in shown),
        facts=(("合计", f"计划 {spoken(sums.plan)} · {sums.words}"),),
        buttons=turning("预算列表", len(found), page),
    )
