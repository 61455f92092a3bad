"""数据问题: wrong amounts, stale states, duplicates, and who puts them right."""

from typing import Annotated

from bot.capture import capture
from bot.command import Topic
from bot.context import Reply, Request
from bot.data_problem import whose
from bot.signature import Mention, Rest
from storage.member import Member

topic = Topic("数据问题", about="报错的、旧的、重复的数据，交给数据专员修", place=19)


@topic.command("数据问题", "数据错误", example="数据问题 华东区合同金额多了一个零")
async def report(
    request: Request,
    what: Annotated[str, Rest("描述")],
    people: Annotated[tuple[Member, ...], Mention("谁来修")] = (),
) -> Reply:
    """报一个数据问题：@ 谁就请谁修，不 @ 就交给手上最少的数据专员；修好了会告诉你"""
    people = tuple(dict.fromkeys(people))
    owner = next(iter(people), None) or await whose(request)
    notes = (
        []
        if owner
        else ["还没有数据专员，能修的人先认领；以后要自动派，请项目经理说：角色 @谁 数据专员"]
    )
    return await capture(request, "data", what, owner=owner, helpers=people[1:], notes=notes)
