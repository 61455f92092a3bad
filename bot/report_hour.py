"""When the reports go out: said by people, and said to them."""

import re
from datetime import time, timedelta

from bot.context import Request
from bot.errors import Refusal
from bot.grammar import half_width
from bot.preference import daily_hour, weekly_hour
from bot.timewords.clock import read_clock
from bot.timewords.numeral import plain
from storage.team import Team

EARLIEST, LATEST = time(6), time(23, 30)
_OFF = ("关", "关闭", "关掉", "不开", "不发", "停", "停用", "off")
EXAMPLES = {"daily": "设置 日报 18:00", "weekly": "设置 周报 17:30"}
LABELS = {"daily": "日报", "weekly": "周报"}
_AROUND = re.compile(
    r"^(?:每天|每个?工作日|每周|工作日|最后一个工作日|改到|改成|在)+|(?:发|发送)$"
)


def hour_in(request: Request, name: str, words: str) -> time | None:
    """None: none is wanted. Raises Refusal for what is no hour, or one of the night."""
    said = half_width(words).strip()
    example = EXAMPLES[name]
    if said.lower() in _OFF:
        return None
    said = plain(_AROUND.sub("", said).strip())
    if re.fullmatch(r"\d{1,2}", said):
        said += ":00"
    clock = read_clock(said, 0, request.config.deadlines.hours, placed=True)
    since_midnight = clock.at if clock is not None and clock.stop == len(said) else None
    if since_midnight is None or since_midnight >= timedelta(days=1):
        raise Refusal(f"时间没看懂，比如 {example}；不要就说 {example[:5]} 关", usage=False)
    minutes = since_midnight // timedelta(minutes=1)
    at = time(minutes // 60, minutes % 60)
    if not EARLIEST <= at <= LATEST:
        raise Refusal(
            f"{LABELS[name]}要在 {EARLIEST:%H:%M} 到 {LATEST:%H:%M} 之间发，比如 {example}",
            usage=False,
        )
    return at


def daily_words(request: Request, team: Team | None = None) -> str:
    at = daily_hour(request.config, team or request.team)
    if at is None:
        return f"不发（打开就说：{EXAMPLES['daily']}）"
    return f"工作日 {at:%H:%M} 发给领导，项目经理提前 15 分钟看草稿"


def weekly_words(request: Request, team: Team | None = None) -> str:
    at = weekly_hour(request.config, team or request.team)
    if at is None:
        return f"不发（打开就说：{EXAMPLES['weekly']}）"
    return f"每周最后一个工作日 {at:%H:%M} 发"
