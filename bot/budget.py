"""预算: what each subject may cost and has cost, to the cent; and who hears when it runs out."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from bot.blocker import tell
from bot.capture import capture
from bot.clerk import answer, change
from bot.context import Reply, Request
from bot.draft import ask_first
from bot.errors import Refusal
from bot.kind import head
from bot.message import Button, Card, Person
from bot.moment import due_words
from bot.money import say, spoken, stored
from bot.receipt import UNDO_HINT, first_line
from bot.roles import Role
from bot.similar import similar_to
from storage import history, ledger
from storage.ledger import DONE, OPEN, Entry

THRESHOLDS = (80, 100)  # per cent of the plan at which the project managers hear of it
LONGEST_SUBJECT = 40  # characters
MOST_OFFERED = 3
SAME_AGAIN = timedelta(days=1)
LIST = Button(label="预算列表", say="预算列表")


@dataclass(frozen=True, slots=True)
class Account:
    """Plan and spending, of one subject or of several together."""

    plan: Decimal
    spent: Decimal

    @property
    def left(self) -> Decimal:
        return self.plan - self.spent

    @property
    def percent(self) -> int:
        """Whole per cents, rounded down: 80 is said when it is 80, and not before."""
        return int(self.spent * 100 // self.plan) if self.plan else 0

    @property
    def passed(self) -> int:
        """The highest threshold that it has reached; 0 for none."""
        reached = [each for each in THRESHOLDS if self.spent * 100 >= self.plan * each]
        return max(reached, default=0)

    @property
    def left_words(self) -> str:
        return f"剩 {say(self.left)}" if self.left >= 0 else f"超了 {say(-self.left)}"

    @property
    def words(self) -> str:
        """已花 ¥3,000 / ¥12,000（25%） · 剩 ¥9,000"""
        return f"已花 {say(self.spent)} / {say(self.plan)}（{self.percent}%） · {self.left_words}"


def account(entry: Entry) -> Account:
    details = entry.details
    return Account(Decimal(details.get("plan", "0")), Decimal(details.get("spent", "0")))


def together(accounts: Sequence[Account]) -> Account:
    return Account(
        sum((each.plan for each in accounts), Decimal(0)),
        sum((each.spent for each in accounts), Decimal(0)),
    )


# --- how it is said --------------------------------------------------------------------------


def line(entry: Entry) -> str:
    """🟡 #3 培训｜¥10,000 / ¥12,000（83%）｜剩 ¥2,000"""
    sums = account(entry)
    mark = {0: "🟢", 80: "🟡", 100: "🔴"}[sums.passed] if entry.state == OPEN else "☑️"
    share = f"{say(sums.spent)} / {say(sums.plan)}（{sums.percent}%）"
    said = f"{mark} #{entry.number} {first_line(entry.title, 20)}｜{share}｜{sums.left_words}"
    return said if entry.state == OPEN else f"{said}｜已结清"


def facts(entry: Entry) -> list[tuple[str, str]]:
    sums = account(entry)
    return [
        ("计划", spoken(sums.plan)),
        ("已花", f"{spoken(sums.spent)}（{sums.percent}%）"),
        ("还剩" if sums.left >= 0 else "超支", say(abs(sums.left))),
    ]


# --- subjects --------------------------------------------------------------------------------


def _plain(subject: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", subject).casefold().split())


async def subjects(request: Request, state: str = OPEN) -> list[Entry]:
    """What may be spent on, the oldest first; or what is settled."""
    found = await ledger.listed(request.tx, request.team.id, kind="budget", state=state)
    return sorted(found, key=lambda each: each.number)


def named(subject: str, among: Sequence[Entry]) -> Entry | None:
    """Raises Refusal where two are called so: an undone 取消 may have brought one back."""
    found = [each for each in among if _plain(each.title) == _plain(subject)]
    if len(found) > 1:
        said = "、".join(f"#{each.number}" for each in found)
        raise Refusal(
            f"「{subject}」有 {len(found)} 个（{said}），请先取消一个：取消 {found[-1].number}",
            usage=False,
        )
    return found[0] if found else None


def divide(words: str, among: Sequence[Entry]) -> tuple[Entry | None, str, str]:
    """培训 场地费 is the subject 培训, if there is one, and what it was for.

    Of an unknown subject the first word is taken to be its name.
    """
    pieces = words.split()
    for count in range(len(pieces), 0, -1):
        subject = " ".join(pieces[:count])
        found = named(subject, among)
        if found is not None:
            return found, subject, " ".join(pieces[count:])
    return None, pieces[0], " ".join(pieces[1:])


def check_subject(subject: str) -> None:
    if "@" in subject or not re.search(r"\w", subject):
        raise Refusal("科目写一个名字就行，比如 预算 培训 12000", usage=False)
    if len(subject) > LONGEST_SUBJECT:
        raise Refusal(
            f"科目名最多 {LONGEST_SUBJECT} 个字，比如 预算 培训 12000；细节写在支出的说明里",
            usage=False,
        )


async def _check_not_closed(request: Request, subject: str) -> None:
    before = [
        each for each in await subjects(request, DONE) if _plain(each.title) == _plain(subject)
    ]
    if before:
        number = before[-1].number
        raise Refusal(
            f"「{subject}」#{number} 已经结清了，要接着用请说：重开 {number}", usage=False
        )


async def check_may_keep(request: Request) -> None:
    """The keepers; in a team that nobody keeps yet, anyone. Raises Refusal."""
    await request.require_keeper("预算和支出要项目经理或系统管理员来记")


# --- the plan --------------------------------------------------------------------------------


async def plan(request: Request, subject: str, amount: Decimal) -> Reply:
    """Set the plan of a subject, or change it."""
    check_subject(subject)
    if amount <= 0:
        raise Refusal(
            "预算要大于 0，比如 预算 培训 12000；不要这个科目了就 取消 编号", usage=False
        )
    known = await subjects(request)
    entry = named(subject, known)
    if entry is not None:
        return await _change_plan(request, entry, amount)
    await _check_not_closed(request, subject)
    notes = [f"计划 {spoken(amount)}，花了就说：支出 {subject} 金额 说明"]
    if alike := similar_to(subject, known):
        said = "、".join(f"{each.title} #{each.number}" for each in alike)
        notes.append(f"另有相近的科目：{said}；弄重了就回 撤销")
    reply = await capture(
        request,
        "budget",
        subject,
        owner=None,
        owned=False,
        details={"plan": stored(amount), "spent": stored(Decimal(0))},
        notes=notes,
    )
    # Numbering has locked the team: a rival's subject of the same name is to be seen by now.
    named(subject, await subjects(request))
    return reply


async def _change_plan(request: Request, entry: Entry, amount: Decimal) -> Reply:
    before = account(entry)
    if amount == before.plan:
        raise Refusal(f"「{entry.title}」的预算本来就是 {spoken(amount)}", usage=False)
    now = Account(amount, before.spent)
    details = {**entry.details, "plan": stored(amount)}
    text = f"{say(before.plan)} → {say(amount)}"
    await change(request, entry, "改预算", text, details=details)
    title = f"预算 {entry.title} 改为 {spoken(amount)}，原来 {say(before.plan)} · {UNDO_HINT}"
    return await _warned(request, entry, title, now.words, before, now)


# --- spending --------------------------------------------------------------------------------


async def spend(request: Request, entry: Entry, amount: Decimal, note: str) -> Reply:
    """Add to what a subject has cost; a negative amount is a refund."""
    if not amount:
        raise Refusal("金额是 0，不用记", usage=False)
    before = account(entry)
    now = Account(before.plan, before.spent + amount)
    if now.spent < 0:
        raise Refusal(
            f"「{entry.title}」一共才花了 {say(before.spent)}，退不了 {say(-amount)}，请核对一下",
            usage=False,
        )
    details = {**entry.details, "spent": stored(now.spent)}
    verb, text = _said(amount, note)
    if question := await check_not_twice(request, entry, amount, note):
        return question
    await change(request, entry, verb, text, details=details)
    title = f"{entry.title} {verb} {spoken(abs(amount))} 已记 · {UNDO_HINT}"
    return await _warned(request, entry, title, "\n".join((now.words, note)), before, now)


def put_back(entry: Entry, text: str) -> str:
    """What of a subject was taken back, and how it stands now."""
    return f"收回的是 {first_line(text)}，现在{account(entry).words}"


async def check_not_twice(
    request: Request, entry: Entry, amount: Decimal, note: str
) -> Reply | None:
    """The same amount with the same words within a day: is it another one?"""
    if request.settled:
        return None
    verb, text = _said(amount, note)
    since = request.clock - SAME_AGAIN
    story = await history.story(request.tx, entry.id)
    twice = [
        each
        for each in story
        if each.at >= since and not each.undone and (each.verb, each.text) == (verb, text)
    ]
    if not twice:
        return None
    when = due_words(twice[-1].at.astimezone(request.now.tzinfo), request.now)
    return await ask_first(
        request,
        "刚记过一笔一样的，再记一笔吗？",
        f"{entry.title} {verb} {text}\n上一笔：{when}，{twice[-1].by or ''}记的",
        keep="再记一笔",
    )


def _said(amount: Decimal, note: str) -> tuple[str, str]:
    """How a line of the history says it."""
    return "支出" if amount > 0 else "退款", " ".join((say(amount), note)).strip()


def _warning(entry: Entry, now: Account) -> str:
    if now.passed < 100:
        return f"⚠️ {entry.title}已用 {now.percent}%，{now.left_words}"
    over = "" if now.left == 0 else f"，{now.left_words}"
    return f"🔴 {entry.title}的预算用完了{over}；要加就说：预算 {entry.title} 新的金额"


async def _warned(
    request: Request, entry: Entry, title: str, text: str, before: Account, now: Account
) -> Reply:
    """The answer; where a threshold was crossed just now, the project managers hear of it too."""
    warning = _warning(entry, now) if now.passed > before.passed else ""
    mentions: Sequence[Person] = ()
    if warning:
        managers = [each.id for each in await request.in_role(Role.MANAGER)]
        mentions = await tell(request, entry, warning, managers, now.words, (LIST,))
    reply = await answer(request, entry, title, warning, text=text.strip(), mentions=mentions)
    card = reply.message
    look = Button(label="查看", say=f"查看 {entry.number}")
    if isinstance(card, Card):
        card = replace(card, buttons=(LIST, look))
    return Reply(message=card, number=entry.number)


async def unknown(request: Request, subject: str, amount: Decimal, note: str) -> Reply:
    """No subject of this name: which one is meant? Nothing is stored."""
    known = await subjects(request)
    if not known:
        raise Refusal("还没有预算科目，请先定一个，比如：预算 培训 12000", usage=False)
    await _check_not_closed(request, subject)
    alike = similar_to(subject, known)
    alike += [each for each in known if each.title in subject or subject in each.title]
    alike = list({each.id: each for each in alike}.values())
    offered = (alike or (known if len(known) <= MOST_OFFERED else []))[:MOST_OFFERED]
    names = "、".join(each.title for each in known[:10]) + ("……" if known[10:] else "")
    said = " ".join(each for each in (format(amount, "f"), note) if each)
    card = Card(
        title=f"没有「{first_line(subject, 20)}」这个科目，先没记",
        text=f"现有科目：{names}\n"
        + ("是下面哪一个就点一下；" if offered else "")
        + f"是新科目就先说：预算 {first_line(subject, 20)} 金额",
        buttons=tuple(
            Button(label=each.title, say=f"支出 {each.title} {said}"[:500]) for each in offered
        ),
    )
    return Reply(message=card, asks=bool(offered))


def check_may_go(entry: Entry) -> None:
    """What was spent must not vanish from the sum with its subject. Raises Refusal."""
    spent = account(entry).spent
    if spent:
        raise Refusal(
            f"{entry.title}已经花了 {say(spent)}，取消了合计就不对了。记错的先退："
            f"支出 {entry.title} {stored(-spent)}；用完了就说：完成 {entry.number}",
            usage=False,
        )


async def check_may_return(request: Request, entry: Entry) -> None:
    """One open subject of a name: money must not have to be guessed. Raises Refusal."""
    again = named(entry.title, await subjects(request))
    if again is not None:
        raise Refusal(
            f"「{entry.title}」现在用的是 {head('budget', again.number)}，这条不用重开",
            usage=False,
        )
