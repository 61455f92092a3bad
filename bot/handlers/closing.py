"""复盘: the closing pack as a document."""

import asyncio

from bot import closing
from bot.command import Topic
from bot.context import Request
from bot.message import Document
from bot.moment import day_words
from bot.paper import as_docx
from bot.roles import KEEPERS, Role

topic = Topic("复盘", about="把目标、里程碑、卡点、决策、预算、验收和经验合成一份文档", place=44)


@topic.command("复盘", "复盘报告", "结项", roles=(*KEEPERS, Role.LEADER), example="复盘")
async def pack(request: Request) -> Document:
    """出一份复盘文档（Word），项目经理、系统管理员和领导可以要"""
    parts = await closing.gather(request)
    sections = [closing.overview(parts), *(each.section for each in parts)]
    title = f"{request.team.name}复盘"
    # Compressing a document takes a while: others have their turn meanwhile.
    content = await asyncio.to_thread(
        as_docx, title, closing.subtitle(request), sections, made_at=request.now
    )
    summary = closing.in_a_line(parts) or "台账里还没有记录"
    return Document(
        name=f"复盘_{request.now:%Y-%m-%d}.docx",
        content=content,
        text=f"复盘，截至{day_words(request.now)}：{summary}",
    )
