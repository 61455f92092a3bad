"""例会: when the team meets; the agenda before and the minutes afterwards come of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from bot.command import Topic
from bot.context import Request
from bot.grammar import half_width
from bot.meeting import EXAMPLE, Meeting, meeting_of, read, stored
from bot.message import Button, Card, Outgoing
from bot.moment import due_words
from bot.signature import Rest
from storage import team as teams

topic = Topic("例会", about="定哪天几点开；会前发议程，会后收纪要", place=56)

_OFF = ("关", "关闭", "关掉", "不开", "不开了", "取消", "停", "停用", "off")


@topic.command("设置 例会", "设置例会", example=EXAMPLE)
async def arrange(
    request: Request, when: Annotated[str | None, Rest("周几 几点")] = None
) -> Outgoing:
    """定例会周几几点开，会前发议程、会后收纪要；能 关（改要项目经理或系统管理员）"""
    before = meeting_of(request.team)
    if when is None:
        return await _card(request, "例会", before)
    await request.require_keeper("改设置要项目经理或系统管理员来做")
    if half_width(when).strip().lower() in _OFF:
        meeting, setting = None, {"off": True}
    else:
        meeting = read(when, before)
        setting = stored(meeting)
    await teams.change_setting(request.tx, request.team.id, "meeting", setting)
    await request.step("设置", "meeting")
    changed = replace(request.team, settings={**request.team.settings, "meeting": setting})
    return await _card(replace(request, team=changed), "✅ 例会", meeting)


async def _card(request: Request, title: str, meeting: Meeting | None) -> Card:
    buttons = (Button(label="看全部设置", say="设置"),)
    if meeting is None:
        off = request.team.settings.get("meeting", {}).get("off")
        said = "不发议程了" if off else "还没定"
        return Card(title=f"{title}：{said}", text=f"要开就说：{EXAMPLE}", buttons=buttons)
    lines = [await _next(request, meeting), "遇到放假就不开"]
    home = await request.home("meeting")
    if home is not None and not request.chat.private and home.id != request.chat.id:
        lines.append("想发在这个群就说：设置 本群 例会")
    return Card(title=f"{title}：{meeting.words}", text="\n".join(lines), buttons=buttons)


async def _next(request: Request, meeting: Meeting) -> str:
    """When the next one is, and where its agenda will be."""
    start = meeting.following(request.now, request.calendar)
    if start is None:
        return "接下来两个月都没有要开的日子"
    said = f"下一次 {due_words(start, request.now)}"
    before = request.config.meetings.agenda_before
    if start - timedelta(minutes=before) <= request.now:
        return f"{said}，这次的议程说 议程 就能看"
    home = await request.home("meeting")
    if home is None:
        return f"{said}；先把我拉进群里，我才有地方发议程"
    where = "这个群" if home.id == request.chat.id else f"「{home.name}」" if home.name else "群里"
    return f"{said}，提前 {before} 分钟在{where}发议程，开完再请大家贴纪要"
