"""议程: only what a meeting must solve, each with its owner."""

from bot import risk
from bot.context import Context
from bot.listing import LINES_A_PAGE, check_page, lines_of, offset, titled, turning
from bot.message import Button, Card
from bot.moment import day_words
from storage import listing
from storage.listing import LATE, RED, STUCK, UNDECIDED

_PARTS = {
    STUCK: ("🚧", "卡点"),
    LATE: ("⏰", "逾期"),
    UNDECIDED: ("❓", "没批"),
    RED: ("🔴", "红色风险"),
}
_NOTHING = "没有卡点、逾期、等批准的，也没有红色风险"


async def agenda(context: Context, page: int = 1, *, meeting: str = "") -> Card:
    """``meeting`` is what the agenda is posted for, as 10:00 例会."""
    tx, team_id, now = context.tx, context.team.id, context.clock
    counts = await listing.agenda_counts(tx, team_id, now=now, red=risk.RED)
    total = sum(counts.values())
    today = day_words(context.now)
    if not total:
        if meeting:
            return Card(title=f"📋 {meeting}：没有要开会解决的，可以不开，或早点散")
        return Card(
            title=f"议程｜{today}：没有要开会解决的 👍",
            text=_NOTHING,
            buttons=(Button(label="看板", say="看板"),),
        )
    check_page(page, total, "议程")
    found = await listing.agenda(
        tx, team_id, now=now, red=risk.RED, limit=LINES_A_PAGE, offset=offset(page)
    )
    lines = await lines_of(context, [entry for _, entry in found], kinds=True)
    marks = [_PARTS[part][0] for part, _ in found]
    said = [
        f"{mark}{what} {counts[part]}" for part, (mark, what) in _PARTS.items() if part in counts
    ]
    called = f"📋 {meeting}议程" if meeting else "议程"
    return Card(
        title=" · ".join([titled(f"{called}｜{today}", total, page), *said]),
        text="\n".join(
            each if each.startswith(mark) else f"{mark} {each}"
            for mark, each in zip(marks, lines, strict=True)
        ),
        buttons=turning("翻页 议程", total, page, first="议程"),
    )
