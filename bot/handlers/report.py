"""周报: the week in facts, whenever somebody asks."""

from bot.command import Topic
from bot.context import Request
from bot.message import Card, Outgoing
from bot.report import weekly

topic = Topic("报告", about="这一周的事实：卡点、根因、任务", place=52)


@topic.command("周报", "本周周报", example="周报")
async def this_week(request: Request) -> Outgoing:
    """看上次周报以来的卡点、根因、数据问题和任务；每周最后一个工作日自动发"""
    return await weekly(request) or Card(title="这周台账上还没有动静")
