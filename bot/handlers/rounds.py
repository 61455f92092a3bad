"""设置 站会: on which days and at which hours a team holds its standups, and how many."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated

from bot.command import Topic
from bot.context import Request
from bot.errors import Refusal
from bot.grammar import half_width
from bot.message import Button, Card, Outgoing
from bot.moment import day_words
from bot.round import Round, Setting, Sitting, around, changed, kept, plan, rounds_of, sittings
from bot.round_words import (
    NotUnderstood,
    closing_words,
    fitted,
    name_in,
    overlap,
    plan_words,
    read,
    words,
)
from bot.signature import Rest
from storage import team as teams

topic = Topic("站会时间", about="站会哪几天、几点开、一天几场", place=53)

MOST = 4
AHEAD = 40  # days in which the next one is looked for
_OFF = re.compile(r"关|关闭|关掉|不开|不开了|停|停掉|停用|off")
_ON = re.compile(r"开|打开|恢复|开启|on")
_ADD = re.compile(r"(?:再?加|增加|新增|添加)(?:一场)?\s*")
_DROP = re.compile(r"(?:删除|删掉|删|去掉|取消|移除|减)\s*(.*)")
_RENAME = re.compile(r"(?:改名为?|叫做?)\s*")
# Where a name ends that hours or days follow without a space.
_HOURS = re.compile(
    r"[\s\d:]|上午|下午|早上|中午|晚上|次日|每天|每?周[一二三四五六日天]|工作日|写明天"
)
_HOW = (
    "改时间：设置 站会 9:30 10:30，后面可以写 周一三五、每天\n"
    "再开一场：设置 站会 加 晚会 17:30 18:00\n"
    "晚上写明天的：设置 站会 21:00 次日9:00 写明天\n"
    "不开了：设置 站会 关"
)


@topic.command(
    "设置 站会", "设置站会", "站会时间", "设置 站会时间", example="设置 站会 9:30 10:30"
)
async def arrange(
    request: Request, what: Annotated[str | None, Rest("几点开始 几点收，哪几天")] = None
) -> Outgoing:
    """定站会几点开、几点收、哪几天；能 加、删、关；不写就看现在的（改要项目经理或系统管理员）"""
    chosen = request.team.settings.get("standup", {})
    if what is None:
        return _card("站会", plan(request.config, chosen), _HOW)
    await request.require_keeper("改设置要项目经理或系统管理员来做")
    rounds = kept(request.config, chosen)
    text = half_width(what).strip()
    if _OFF.fullmatch(text.lower()):
        return await _store(request, rounds, off=True)
    if _ON.fullmatch(text.lower()):
        return await _store(request, rounds)
    if adds := _ADD.match(text):
        return await _store(request, _with_one_more(request, rounds, text[adds.end() :]))
    if drops := _DROP.fullmatch(text):
        return await _store(request, _without(rounds, drops[1].strip()))
    which, rest = _which(rounds, text)
    if _OFF.fullmatch(rest.lower()):
        return await _store(request, _without(rounds, which.name if which else rest))
    if renames := _RENAME.match(rest):
        new = _renamed(rounds, which, rest[renames.end() :])
    else:
        new = _moved(rounds, which, rest)
    return await _store(request, [new if each.key == new.key else each for each in rounds])


def _which(rounds: Sequence[Round], text: str) -> tuple[Round | None, str]:
    """The round that the words name, and the rest of them."""
    named = [each for each in rounds if text.startswith(each.name)]
    if not named:
        return None, text
    found = max(named, key=lambda each: len(each.name))
    return found, text[len(found.name) :].strip(" :,")


def _the_only(rounds: Sequence[Round]) -> Round:
    """Which one is meant where none is named. Raises Refusal."""
    usual = rounds if len(rounds) == 1 else [each for each in rounds if each.name == "站会"]
    if not usual:
        names = "、".join(each.name for each in rounds)
        raise Refusal(
            f"有 {len(rounds)} 场：{names}。要改哪一场？"
            f"比如 设置 站会 {rounds[0].name} {rounds[0].opens:%H:%M} {rounds[0].closes:%H:%M}",
            usage=False,
        )
    return usual[0]


def _moved(rounds: Sequence[Round], which: Round | None, text: str) -> Round:
    try:
        said = read(text)
    except NotUnderstood:
        first = _HOURS.split(text, maxsplit=1)[0]
        rest = text[len(first) :].strip()
        if which is not None or not first or not re.search(r"\d|点", rest):
            raise
        raise Refusal(
            f"没有叫「{first[:20]}」的站会。新开一场就说：设置 站会 加 {first[:20]} {rest[:20]}",
            usage=False,
        ) from None
    return fitted(which or _the_only(rounds), said)


def _renamed(rounds: Sequence[Round], which: Round | None, text: str) -> Round:
    if which is None:  # 改名 晚会 夕会
        which, text = _which(rounds, text)
    which = which or _the_only(rounds)
    name = name_in(_RENAME.sub("", text, count=1))
    if any(each.name == name for each in rounds if each.key != which.key):
        raise Refusal(f"已经有一场叫「{name}」，换个名字，比如 夕会", usage=False)
    return replace(which, name=name)


def _with_one_more(request: Request, rounds: Sequence[Round], text: str) -> list[Round]:
    first = _HOURS.split(text.strip(), maxsplit=1)[0]
    if not first:
        raise Refusal("给新的一场起个名字，比如 设置 站会 加 晚会 17:30 18:00", usage=False)
    name = name_in(first)
    if request.team.settings.get("standup", {}).get("off"):
        raise Refusal("站会现在关着，先打开：设置 站会 开", usage=False)
    if any(each.name == name for each in rounds):
        raise Refusal(f"已经有「{name}」了，改时间就说：设置 站会 {name} 17:30 18:00", usage=False)
    if len(rounds) >= MOST:
        last = rounds[-1].name
        raise Refusal(f"最多 {MOST} 场，先删一场，比如 设置 站会 删 {last}", usage=False)
    said = read(text.strip()[len(first) :])
    if said.opens is None:
        raise Refusal(f"还缺几点开始，比如 设置 站会 加 {name} 17:30 18:00", usage=False)
    # Its length if none is said; an answer is kept under the key, so none is given twice.
    usual = Round(key=str(_count(request) + 1), name=name, opens=time(0), closes=time(1))
    return [*rounds, fitted(usual, said)]


def _count(request: Request) -> int:
    """How many rounds the team has ever had."""
    count: int = request.team.settings.get("standup", {}).get("count", 1)
    return count


def _without(rounds: Sequence[Round], name: str) -> list[Round]:
    left = [each for each in rounds if each.name != name]
    if len(left) == len(rounds):
        names = "、".join(each.name for each in rounds)
        raise Refusal(f"没有叫「{name[:20]}」的站会，现在有：{names}", usage=False)
    if not left:
        raise Refusal("只有这一场，不开了就说：设置 站会 关", usage=False)
    return left


# --- storing, and from when on it counts -----------------------------------------------------


async def _store(request: Request, rounds: Sequence[Round], *, off: bool = False) -> Card:
    for number, each in enumerate(rounds):
        other = overlap(each, rounds[number + 1 :])
        if other is not None:
            raise Refusal(
                f"「{each.name}」（{words(each)}）和「{other.name}」（{words(other)}）"
                f"时间重叠了，请错开，比如 设置 站会 {other.name} {_after(each)}",
                usage=False,
            )
    before = request.team.settings.get("standup", {})
    setting = changed(request.config, before, rounds, request.now, request.calendar, off=off)
    await teams.change_setting(request.tx, request.team.id, "standup", setting)
    await request.step("设置", "standup")
    notes = [_from_when(request, setting), _holidays(rounds)]
    return _card("✅ 站会", plan(request.config, setting), *notes)


def _holidays(rounds: Sequence[Round]) -> str:
    """周一到周五 is said by many who mean working days."""
    all_week = any(each.days and set(range(5)) <= set(each.days) for each in rounds)
    return "放假那几天也会开；放假不开，就把日子写成 工作日" if all_week else ""


def _card(title: str, rounds: Sequence[Round], *notes: str) -> Card:
    """One round is said in the title, several have a line each."""
    lines = [f"{each.name}：{words(each)}" for each in rounds] if len(rounds) > 1 else []
    said = f"一共 {len(rounds)} 场" if lines else plan_words(rounds)
    return Card(
        title=f"{title}：{said}",
        text="\n".join([*lines, *(each for each in notes if each)]),
        buttons=(Button(label="看全部设置", say="设置"),),
    )


def _after(each: Round) -> str:
    closes = datetime.combine(date.min, each.closes)
    return f"{closes:%H:%M} {closes + timedelta(minutes=30):%H:%M}"


def _from_when(request: Request, setting: Setting) -> str:
    """What goes on as it was, and when it is held for the first time as it is now chosen."""
    now, today = request.now, request.now.date()
    before = {
        each.key: each for each in plan(request.config, request.team.settings.get("standup", {}))
    }
    after = {each.key: each for each in plan(request.config, setting)}
    same = {key for key in before if key in after and before[key].same(after[key])}
    parts = [
        f"现在开着的{each.round.name}照旧，{closing_words(each.closes, today)} 收"
        for each in around(rounds_of(request.config, request.team), now, request.calendar)
        if each.open_at(now) and each.round.key not in same
    ]
    first = _first(request, [each for key, each in after.items() if key not in same])
    if first is not None:
        said = "今天" if first.day == today else day_words(first.day)
        label = "新的时间从" if first.round.key in before else "第一场在"
        ending = " 起" if first.round.key in before else ""
        parts.append(f"{label} {said} {first.opens:%H:%M}{ending}")
    elif parts:
        parts.append("以后不开了")
    return "；".join(parts)


def _first(request: Request, rounds: Sequence[Round]) -> Sitting | None:
    """The first of these that is still to come."""
    for number in range(AHEAD):
        day = request.now.date() + timedelta(days=number)
        for each in sittings(rounds, day, request.calendar):
            if each.opens > request.now:
                return each
    return None
