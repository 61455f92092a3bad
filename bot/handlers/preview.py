"""预演: what will be sent by itself, told beforehand."""

from typing import Annotated

from bot import preview
from bot.command import Topic
from bot.context import Request
from bot.listing import take_page
from bot.message import Outgoing
from bot.signature import Rest

topic = Topic("预演", about="先看看我接下来几天会发什么", place=58)


@topic.command("预演", "预告", example="预演 3天")
async def ahead(
    request: Request, words: Annotated[str | None, Rest("天数或日期")] = None
) -> Outgoing:
    """看接下来我会自己发哪些消息：几点、发给谁、头一两句；不写就看到下个工作日"""
    return await preview.preview(request, *take_page(words or ""))
