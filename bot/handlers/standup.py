"""站会: what I did, what I do, what blocks me; each blocker becomes a record that is followed."""

from dataclasses import replace
from typing import Annotated, Any

from bot import standup
from bot.command import Commands, Topic
from bot.context import Reply, Request
from bot.errors import Refusal
from bot.message import Button, Card, Form, Outgoing
from bot.moment import day_words
from bot.receipt import first_line
from bot.round import Sitting, current, rounds_of
from bot.signature import Section, form_field
from bot.standup import BLOCKERS, TODAY, YESTERDAY, Said
from bot.stuck import Stuck
from storage import standup as answers
from storage.standup import Answer

topic = Topic("站会", about="每天一句：昨日、今日、卡点", place=50)


@topic.command(
    "站会", "每日站会", example="站会 昨日：写完文档 今日：联调接口 卡点：测试数据没到 @李四"
)
async def report(
    request: Request,
    yesterday: Annotated[str | None, Section(*YESTERDAY)] = None,
    today: Annotated[str | None, Section(*TODAY)] = None,
    blockers: Annotated[str | None, Section(*BLOCKERS)] = None,
) -> Outgoing | Reply:
    """写今天的站会，收之前再说一次就是修改；只说 站会 看自己写的"""
    said = _said(request, Said(yesterday=yesterday, today=today, blockers=blockers))
    if said is None:
        return await _mine(request)
    return await _take(request, said, say="站会")


@topic.command("补交", example="补交 昨日：写完文档 今日：联调接口 卡点：没有")
async def belated(
    request: Request,
    yesterday: Annotated[str | None, Section(*YESTERDAY)] = None,
    today: Annotated[str | None, Section(*TODAY)] = None,
    blockers: Annotated[str | None, Section(*BLOCKERS)] = None,
) -> Outgoing | Reply:
    """站会收了以后补写或补充，会标上迟交"""
    said = _said(request, Said(yesterday=yesterday, today=today, blockers=blockers))
    if said is None:
        return await _form(request, "补交")
    return await _take(request, said, say="补交")


@topic.command("站会 修改", "站会修改", example="站会 修改")
async def edit(request: Request) -> Outgoing:
    """给一张填好的表，改今天写的站会"""
    return await _form(request, "补交" if _closed(request) else "站会")


def _said(request: Request, filled: Said) -> Said | None:
    """A form as it was filled; a sentence with all the ways to write it. None: only the word."""
    if request.incoming.fields:
        return filled
    commands: Commands = request.commands
    found = commands.find(request.text)
    words = request.text[found.rest :] if found else ""
    return standup.read(words) if words.strip() else None


def _sitting(request: Request) -> Sitting | None:
    return current(rounds_of(request.config, request.team), request.now, request.calendar)


def _closed(request: Request) -> bool:
    sitting = _sitting(request)
    return sitting is not None and sitting.closes <= request.now


def _place(request: Request) -> dict[str, Any]:
    """The sitting that an answer of now belongs to; on a day without one, the day itself."""
    sitting = _sitting(request)
    if sitting is None:
        return {"day": request.now.date()}
    return {"day": sitting.day, "round_key": sitting.round.key}


async def _written(request: Request) -> Answer | None:
    return await answers.find(
        request.tx,
        team_id=request.team.id,
        member_id=request.sender.id,
        **_place(request),
    )


async def _mine(request: Request) -> Outgoing:
    written = await _written(request)
    if written is None:
        return await _form(request, "补交" if _closed(request) else "站会")
    lines = _lines(written.yesterday, written.today, written.blockers)
    numbers = "、".join(f"#{each['number']}" for each in written.opened)
    return Card(
        title=f"我今天的站会{'（迟交）' if written.late else ''}｜{day_words(request.now)}",
        text="\n".join([*lines, *([f"记成卡点：{numbers}"] if numbers else [])]),
        buttons=(Button(label="修改", say="站会 修改"),),
    )


async def _form(request: Request, say: str, *, today: str = "") -> Form:
    """The command's own parameters as a form, with what was written so far."""
    written = await _written(request)
    commands: Commands = request.commands
    found = commands.find("站会")
    hints = {"blockers": "没有就写 没有；谁能解决就 @ 谁"}
    fields = [
        replace(
            form_field(each),
            value=getattr(written, each.name, "") or (today if each.name == "today" else ""),
            hint=hints.get(each.name, ""),
        )
        for each in (found.command.parameters if found else ())
    ]
    return Form(
        title=f"站会｜{day_words(request.now)}",
        text="三项写一项也行" if not today else "哪句是昨天的、哪句是今天的？请分开写",
        say=say,
        fields=tuple(fields),
    )


async def _take(request: Request, said: Said, *, say: str) -> Outgoing | Reply:
    if said.empty and said.unclear:
        return await _form(request, say, today=said.unclear)
    if said.empty:
        raise Refusal("还没写内容：昨日、今日、卡点，写一项也行")
    late = _closed(request)
    held = await answers.hold(
        request.tx,
        team_id=request.team.id,
        member_id=request.sender.id,
        **_place(request),
        late=late,
        at=request.clock,
    )
    if late and held.given and say != "补交":
        raise Refusal("今天的站会已经收了，要补充请说：补交 昨日：… 今日：… 卡点：…", usage=False)
    now = replace(
        held,
        yesterday=_newer(said.yesterday, held.yesterday),
        today=_newer(said.today, held.today),
        blockers=_newer(said.blockers, held.blockers),
    )
    work = Stuck(request, held.opened)
    await work.take(standup.each_blocker(now.blockers))
    await answers.write(
        request.tx,
        held.id,
        yesterday=now.yesterday,
        today=now.today,
        blockers=now.blockers,
        opened=work.opened,
    )
    if not work.new:
        await request.step("站会")
    return _receipt(request, now, said, work, changed=held.given)


def _newer(said: str | None, before: str) -> str:
    return before if said is None else said


def _lines(yesterday: str, today: str, blockers: str) -> list[str]:
    parts = (("昨日", yesterday), ("今日", today), ("卡点", blockers))
    return [f"{label}：{text}" for label, text in parts if text]


def _receipt(
    request: Request, written: Answer, said: Said, work: Stuck, *, changed: bool
) -> Reply:
    done = "已更新" if changed else "已补交（迟交）" if written.late else "已记下"
    lines = _lines(written.yesterday, written.today, written.blockers)
    if said.unclear:
        lines.append(f"没算进去的：{first_line(said.unclear)}")
    lines += work.notes
    buttons = [Button(label="修改", say="站会 修改")]
    buttons += [Button(label=f"查看 #{number}", say=f"查看 {number}") for number in work.new[:3]]
    return Reply(
        message=Card(
            title=f"✅ 站会{done}｜{day_words(request.now)}",
            text="\n".join(lines),
            buttons=tuple(buttons),
        ),
        number=work.new[0] if len(work.new) == 1 else None,
    )
