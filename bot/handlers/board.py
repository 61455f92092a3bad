"""看板: how the whole roll-out stands, at a glance."""

from bot import board
from bot.command import Topic
from bot.context import Request
from bot.message import Outgoing

topic = Topic("看板", about="一张图看全部：有多少、逾期多少、开了多久", place=41)


@topic.command("看板", "数据看板", example="看板")
async def show(request: Request) -> Outgoing:
    """看各类记录的数量、逾期和积压，附一张图"""
    return await board.show(request)
