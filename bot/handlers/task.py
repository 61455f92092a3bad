"""任务: every job has one owner and one deadline."""

from typing import Annotated

from bot.capture import capture
from bot.command import Topic
from bot.context import Reply, Request
from bot.deadlines import Deadline
from bot.signature import Mention, Rest, When
from storage.member import Member

topic = Topic("任务", about="派任务：一个负责人、一个期限", place=11)


@topic.command("任务", "待办", example="任务 @张三 整理客户清单 周五下班前")
async def assign(
    request: Request,
    what: Annotated[str, Rest("内容")],
    people: Annotated[tuple[Member, ...], Mention("负责人")] = (),
    due: Annotated[Deadline | None, When()] = None,
) -> Reply:
    """派一个任务：第一个 @ 是负责人，其余协助；不 @ 就是我自己的"""
    people = tuple(dict.fromkeys(people)) or (request.sender,)
    return await capture(
        request,
        "task",
        what,
        owner=people[0],
        helpers=people[1:],
        due=due,
        notes=[] if due else ["还没有期限，可以说：改期 {number} 周五下班前"],
    )
