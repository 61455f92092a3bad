"""卡点: what is stuck, and who can clear it."""

from typing import Annotated

from bot.blocker import RESOLVED, check_may_confirm, confirm
from bot.capture import capture
from bot.clerk import check_open, find_kind
from bot.command import Topic
from bot.context import Reply, Request
from bot.deadlines import Deadline
from bot.errors import Refusal
from bot.roles import Role
from bot.signature import Mention, Number, Rest, When
from storage.member import Member

topic = Topic("卡点", about="记下卡住的事，盯住能解决的人", place=10)


@topic.command("卡点", "阻塞", "卡住了", example="卡点 测试数据还没到 @李四 周五前")
async def report(
    request: Request,
    what: Annotated[str, Rest("描述")],
    people: Annotated[tuple[Member, ...], Mention("谁能解决")] = (),
    due: Annotated[Deadline | None, When()] = None,
) -> Reply:
    """登记一个卡点：@ 能解决的人；不 @ 就交给项目经理"""
    people = tuple(dict.fromkeys(people))
    managers = [] if people else await request.in_role(Role.MANAGER)
    owner = next(iter([*people, *managers]), None)
    return await capture(
        request,
        "blocker",
        what,
        owner=owner,
        helpers=people[1:],
        due=due,
        notes=[] if owner else ["还没有项目经理，请说：转交 {number} @能解决的人"],
    )


@topic.command("确认", example="确认 12")
async def confirmed(
    request: Request,
    number: Annotated[int, Number()],
    note: Annotated[str | None, Rest("说明")] = None,
) -> Reply:
    """登记的人确认卡点真的解决了；没解决就说 重开"""
    entry = await find_kind(request, number, "blocker")
    check_open(entry)
    check_may_confirm(request, entry)
    if entry.stage != RESOLVED:
        raise Refusal(f"卡点 #{number} 还没有人说解决了", usage=False)
    return await confirm(request, entry, note or "", entry.details)
