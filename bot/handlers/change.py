"""变更: what is to be different from what was agreed, and who lets it through."""

from typing import Annotated, Any

from bot.approval import asking, check_not_own, tell
from bot.capture import capture
from bot.clerk import check_title, find
from bot.command import Topic
from bot.context import Reply, Request
from bot.decision import PENDING, check_approver_named, check_words
from bot.roles import Role
from bot.signature import Mention, Option, Rest
from storage.member import Member

topic = Topic("变更", about="改需求、改范围：批准了才做", place=13)


@topic.command(
    "变更", "需求变更", example="变更 报表加一张区域汇总 批准 @王敏 影响：多 3 人天 @张三"
)
async def propose(
    request: Request,
    what: Annotated[str, Rest("内容")],
    approver: Annotated[Member | None, Option("批准", "批准人", "拍板", hint="@谁")] = None,
    impact: Annotated[str | None, Option("影响")] = None,
    people: Annotated[tuple[Member, ...], Mention("负责人")] = (),
) -> Reply:
    """提一个变更，批准了才算；不写批准人就由项目经理来定"""
    check_words(what)
    check_title(impact or "")
    await check_approver_named(request, approver)
    if approver is not None:
        check_not_own("change", request.sender.id, approver)
    owner = approver or next(iter(await request.in_role(Role.MANAGER)), None)
    people = tuple(dict.fromkeys(people))
    details: dict[str, Any] = {
        "impact": impact,
        "approver": approver.id if approver else None,
        "doer": people[0].id if people else None,
    }
    notes = [f"影响：{impact}"] if impact else []
    notes.append(f"批准后由{people[0].name if people else request.sender.name}负责")
    if owner is None:
        notes.append("还没有项目经理，请说：转交 {number} @能批准的人")
    reply = await capture(
        request,
        "change",
        what,
        owner=owner,
        owner_is="批准人",
        helpers=people[1:],
        stage=PENDING,
        details={name: value for name, value in details.items() if value},
        notes=notes,
        told=() if request.chat.private else [each for each in (owner, *people) if each],
    )
    if request.chat.private and owner is not None:
        entry = await find(request, reply.number or 0)
        await tell(request, entry, [owner], asking(request, entry, notes))
    return reply
