"""经验: what the team would do the same way, or differently, next time."""

from typing import Annotated

from bot.capture import capture
from bot.command import Topic
from bot.context import Reply, Request
from bot.decision import check_words
from bot.signature import Rest

topic = Topic("经验", about="随手记一条经验教训，复盘时都在", place=21)


@topic.command("经验", "教训", "经验教训", example="经验 数据要先清洗再导入，不然返工三天")
async def keep(request: Request, what: Annotated[str, Rest("一句话")]) -> Reply:
    """记一条经验或教训，谁都可以记，复盘时一起看"""
    check_words(what)
    return await capture(request, "lesson", what, owner=None, owned=False)
