"""Taking an answer: what is done is ticked off, what blocks becomes a record, the rest is kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.clerk import change, find
from bot.consequence import after_finish
from bot.context import Reply, Request
from bot.errors import Refusal
from bot.kind import KINDS, head
from bot.message import Button, Card, Outgoing
from bot.receipt import first_line
from bot.standup import Said, each_blocker, joined, numbers_in, only_signs
from bot.standup_form import form_of
from bot.standup_turn import Turn
from bot.stuck import Stuck
from storage import history, ledger
from storage import standup as answers
from storage.ledger import DONE, OPEN, Entry
from storage.standup import Answer

LONGEST = 5_000  # characters of one answer
SHOWN = 300  # of one part in a receipt: the answer itself is kept whole
MOST_NAMED = 10  # entries whose story one answer goes into


@dataclass(slots=True)
class _Outcome:
    """What an answer has done beside being kept."""

    notes: list[str] = field(default_factory=list)
    finished: list[Entry] = field(default_factory=list)
    touched: bool = False  # whether 撤销 has anything to take back

    def say(self, note: str) -> None:
        """Each thing once, however often it was named."""
        if note not in self.notes:
            self.notes.append(note)


async def take(request: Request, turn: Turn, said: Said, *, say: str) -> Outgoing | Reply:
    """Keep what was said, or ask where it is not plain. Raises Refusal."""
    _check_length(said)
    outcome = _Outcome()
    said = _without_signs(said, outcome)
    more = _chosen(turn, said, outcome)
    if said.unclear and said.empty and only_signs(said.unclear):
        form = await form_of(request, turn, say)
        return replace(
            form, text=f"「{said.unclear}」是卡住了吗？卡住了就写在卡点里，谁能解决就 @ 谁"
        )
    if (said.empty and said.unclear) or not said.sure:
        return await form_of(request, turn, say, guessed=said)
    written = any(replace(said, more={}).parts.values())
    if not (more or said.done or written or (turn.given and not said.empty and not said.more)):
        raise Refusal(
            "\n".join(outcome.notes) or f"还没写内容，写一项也行，比如 {say} {turn.example}",
            usage=False,
        )
    return await _keep(request, turn, said, more, outcome, say=say)


async def _keep(
    request: Request,
    turn: Turn,
    said: Said,
    more: Mapping[str, str],
    outcome: _Outcome,
    *,
    say: str,
) -> Reply:
    held = await _hold(request, turn)
    # Who filled in a form that was given in time may hand it in.
    if turn.over and held.given and say != "补交" and not request.incoming.fields:
        raise Refusal(f"今天的{turn.name}已经收了，要补充请说：补交 {turn.example}", usage=False)
    await _finish(request, said.done, outcome)
    now = replace(
        held,
        yesterday=_with_finished(_newer(said.yesterday, held.yesterday), outcome.finished),
        today=_newer(said.today, held.today),
        blockers=_newer(said.blockers, held.blockers),
        more={**held.more, **more},
    )
    work = Stuck(request, held.opened)
    await work.take(each_blocker(now.blockers))
    await _note_progress(request, [said.yesterday, said.today], outcome)
    await answers.write(
        request.tx,
        held.id,
        yesterday=now.yesterday,
        today=now.today,
        blockers=now.blockers,
        more=now.more,
        opened=work.opened,
    )
    if not (outcome.touched or work.touched):
        await request.step(turn.name)
    return _receipt(request, turn, now, said, work, outcome, changed=held.given)


async def _hold(request: Request, turn: Turn) -> Answer:
    return await answers.hold(
        request.tx,
        team_id=request.team.id,
        member_id=request.sender.id,
        day=turn.day,
        round_key=turn.key,
        late=turn.over,
        at=request.clock,
    )


def _newer(said: str | None, before: str) -> str:
    return before if said is None else said


def _check_length(said: Said) -> None:
    length = sum(map(len, said.parts.values())) + len(said.unclear)
    if length > LONGEST:
        raise Refusal(
            f"这次写了 {length} 字，一次最多 {LONGEST} 字。请留下要点，细节放进文档或 进展 编号 …",
            usage=False,
        )


def _without_signs(said: Said, outcome: _Outcome) -> Said:
    """😭 alone tells that something is wrong, but not what."""
    if said.blockers is None or not only_signs(said.blockers):
        return said
    without = replace(said, blockers=None)
    if without.empty:
        return replace(without, unclear=joined(said.unclear, said.blockers))
    outcome.notes.append(
        f"卡点只写了「{said.blockers}」，没记。是什么卡住了？请说：站会 卡点：数据没到 @能解决的人"
    )
    return without


def _chosen(turn: Turn, said: Said, outcome: _Outcome) -> dict[str, str]:
    """The answers to the team's own questions; what is none of the choices is asked about."""
    found: dict[str, str] = {}
    for question in turn.questions:
        text = said.more.get(question.label, "").strip()
        if question.part or not text:
            continue
        value = question.read(text)
        if value is None:
            outcome.notes.append(
                f"{question.label}没看懂「{first_line(text, 20)}」，请写 {question.wanted}，"
                f"比如 站会 {question.label}：{question.sample}"
            )
        else:
            found[question.label] = value
    return found


# --- what the ledger learns from it ----------------------------------------------------------


async def _finish(request: Request, numbers: Iterable[int], outcome: _Outcome) -> None:
    """Finish the ticked tasks; what cannot be finished is said, and stops nothing else."""
    for number in numbers:
        entry = await ledger.find(request.tx, request.team.id, number)
        why = _why_not(request, number, entry)
        if why or entry is None:
            outcome.notes.append(why)
            continue
        values = {"state": DONE, "closed_at": request.clock, "offered_to": None}
        await change(request, entry, "完成", "站会", **values)
        outcome.touched = True
        outcome.finished.append(entry)
        outcome.notes.append(f"✅ {head(entry.kind, number)} {first_line(entry.title)}｜已完成")
        outcome.notes += await after_finish(request, await find(request, number))


def _why_not(request: Request, number: int, entry: Entry | None) -> str:
    if entry is None:
        return f"没有 #{number} 这条记录，没有勾"
    said = head(entry.kind, number)
    if entry.kind != "task":
        return f"{said} 不是任务，没有勾；了结请说：{KINDS[entry.kind].finish} {number}"
    if entry.owner_id != request.sender.id:
        return f"{said} {_whose(entry)}，没有勾"
    if entry.state != OPEN:
        return f"{said} 本来就{'完成' if entry.state == DONE else '取消'}了"
    return ""


def _whose(entry: Entry) -> str:
    return f"是{entry.owner_name}的" if entry.owner_name else "还没人认领"


def _with_finished(text: str, finished: Sequence[Entry]) -> str:
    """What was ticked is also what was done, unless it was written already."""
    named = numbers_in(text)
    lines = [
        f"#{each.number} {first_line(each.title)} 完成"
        for each in finished
        if each.number not in named
    ]
    return "\n".join(part for part in (text, *lines) if part)


async def _note_progress(request: Request, texts: Iterable[str | None], outcome: _Outcome) -> None:
    """The lines that name #12 go into its story, each once however often it is said."""
    lines = [line.strip() for text in texts for line in (text or "").splitlines()]
    named = [(number, line) for line in lines for number in numbers_in(line)]
    finished = {each.number for each in outcome.finished}
    for number, line in dict.fromkeys(named[:MOST_NAMED]):
        if number in finished:
            continue
        entry = await ledger.find(request.tx, request.team.id, number)
        if entry is None:
            outcome.say(f"没有 #{number} 这条记录，只当文字记下")
        elif request.sender.id not in (entry.owner_id, entry.opened_by, *entry.helpers):
            outcome.say(f"{head(entry.kind, number)} {_whose(entry)}，没写进它的经过")
        elif entry.state == OPEN:
            text = f"站会：{first_line(line, 500)}"
            story = await history.story(request.tx, entry.id)
            if all(each.text != text for each in story):
                await change(request, entry, "进展", text)
                outcome.touched = True
                outcome.say(f"📝 {head(entry.kind, number)} 记了一句进展")


# --- what is said about it -------------------------------------------------------------------


def lines_of(request: Request, turn: Turn, written: Answer) -> list[str]:
    """What was written, by the team's questions; a mood stays between its owner and the bot."""
    usual = {"yesterday": written.yesterday, "today": written.today, "blockers": written.blockers}
    parts = {name: text for name, text in usual.items() if text}
    lines = []
    for each in turn.questions:
        text = parts.pop(each.part, "") if each.part else written.more.get(each.label, "")
        if text and each.private and not request.chat.private:
            text = "已记，只算进平均"
        if text:
            lines.append(f"{turn.label(each)}：{_short(text)}")
    return lines + [f"{turn.labels[name]}：{_short(text)}" for name, text in parts.items()]


def _short(text: str) -> str:
    if len(text) <= SHOWN:
        return text
    return f"{text[:SHOWN]}…（共 {len(text)} 字，都记下了）"


async def mine(request: Request, turn: Turn) -> Card | None:
    """What the sender wrote. None: nothing yet."""
    written = turn.written
    if written is None or not written.given:
        return None
    numbers = "、".join(f"#{each['number']}" for each in written.opened)
    lines = lines_of(request, turn, written)
    whose = "我今天的" if turn.day == request.now.date() else "我的"
    return Card(
        title=f"{whose}{turn.name}{'（迟交）' if written.late else ''}｜{turn.when}",
        text="\n".join([*lines, *([f"记成卡点：{numbers}"] if numbers else [])]),
        buttons=(Button(label="修改", say="站会 修改"),),
    )


def _receipt(
    request: Request,
    turn: Turn,
    written: Answer,
    said: Said,
    work: Stuck,
    outcome: _Outcome,
    *,
    changed: bool,
) -> Reply:
    done = "已更新" if changed else "已补交（迟交）" if written.late else "已记下"
    lines = lines_of(request, turn, written)
    if said.unclear:
        lines.append(f"没算进去的：{first_line(said.unclear)}")
    lines += [*outcome.notes, *work.notes]
    buttons = [Button(label="修改", say="站会 修改"), *work.offers[:2]]
    buttons += [Button(label=f"查看 #{number}", say=f"查看 {number}") for number in work.new[:3]]
    return Reply(
        message=Card(
            title=f"✅ {turn.name}{done}｜{turn.when}",
            text="\n".join(lines),
            buttons=tuple(buttons),
        ),
        number=work.new[0] if len(work.new) == 1 else None,
    )
