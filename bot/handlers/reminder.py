"""提醒 and 免打扰: how much each member wants to be reminded, and when not at all."""

from typing import Annotated

from bot.command import Topic
from bot.context import Request
from bot.errors import Refusal
from bot.message import Button, Card, Outgoing
from bot.reminder import ABOUT, Level, Wish, quiet_in, wish_of
from bot.signature import Rest
from storage import member as members

topic = Topic("提醒", about="到期、逾期、等我一句话的，提醒多少我自己定", place=51)

_OFF = ("关", "关闭", "关掉", "取消", "不要", "没有", "无")
_ALSO = {"正常": Level.NORMAL, "默认": Level.NORMAL, "关": Level.NONE, "不": Level.NONE}


@topic.command("提醒", "我的提醒", example="提醒 少")
async def remind(
    request: Request, how: Annotated[str | None, Rest("少/标准/多/不要")] = None
) -> Outgoing:
    """看我的提醒，或改成 少、标准、多、不要"""
    if how is None:
        return _shown(request, "你的提醒", await _wish(request))
    said = how.strip(" 。.!！点些")
    level = _ALSO.get(said) or next((each for each in Level if each.value == said), None)
    if level is None:
        raise Refusal(
            "提醒可以设成 少、标准、多、不要，比如 提醒 少。要到时候提醒一件事，就记成任务："
            "任务 交周报 周五下班前",
            usage=False,
        )
    await members.change_setting(request.tx, request.sender.id, "remind", level.value)
    await request.step("提醒", level.value)
    return _shown(request, "✅ 你的提醒", await _wish(request))


@topic.command("免打扰", example="免打扰 21:00-8:00")
async def quiet(
    request: Request, when: Annotated[str | None, Rest("几点到几点，或 关")] = None
) -> Outgoing:
    """这段时间不提醒我，过了再说；关 就取消"""
    if when is None:
        return _shown(request, "你的提醒", await _wish(request))
    chosen = None
    if when.strip() not in _OFF:
        begins, ends = quiet_in(when, request.config.deadlines.hours)
        chosen = [f"{begins:%H:%M}", f"{ends:%H:%M}"]
    await members.change_setting(request.tx, request.sender.id, "quiet", chosen)
    await request.step("免打扰")
    return _shown(request, "✅ 你的提醒", await _wish(request))


async def _wish(request: Request) -> Wish:
    return wish_of(await members.own_settings(request.tx, request.sender.id))


def _shown(request: Request, title: str, wish: Wish) -> Card:
    hours = "没有设"
    if wish.quiet is not None:
        begins, ends = wish.quiet
        next_day = "第二天 " if ends < begins else ""
        hours = f"{begins:%H:%M} 到{next_day or ' '}{ends:%H:%M}"
    at = request.config.reminders.at
    when = "" if wish.level is Level.NONE else f"，工作日 {at:%H:%M} 发"
    return Card(
        title=f"{title}：{wish.level}（{ABOUT[wish.level]}{when}）",
        facts=(("免打扰", hours),),
        text="改就说：提醒 少 / 标准 / 多 / 不要，免打扰 21:00-8:00，免打扰 关",
        buttons=tuple(
            Button(label=each.value, say=f"提醒 {each.value}")
            for each in Level
            if each is not wish.level
        ),
    )
