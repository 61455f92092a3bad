"""Root causes, counted: those that are said in similar words are one."""

from collections.abc import Iterable, Sequence

from bot.similar import SIMILAR, likeness
from storage.ledger import Entry

CAUSES = 4  # that are named; the others are counted together
NO_CAUSE = "没写根因"


def by_cause(entries: Iterable[Entry]) -> str:
    """证书过期 2、没写根因 1: the commonest first, those without one last."""
    written = [str(each.details.get("cause", "")).strip() for each in entries]
    groups = grouped([each for each in written if each])
    named = [f"{_short(each[0])} {len(each)}" for each in groups[:CAUSES]]
    others = sum(len(each) for each in groups[CAUSES:])
    without = sum(not each for each in written)
    named += [f"其他 {others}"] if others else []
    named += [f"{NO_CAUSE} {without}"] if without else []
    return "、".join(named)


def grouped(causes: Sequence[str]) -> list[list[str]]:
    """Causes in similar words together, the biggest group first; each is in one group."""
    groups: list[list[str]] = []
    for cause in causes:
        fitting = [each for each in groups if _same_cause(each[0], cause)]
        if fitting:
            fitting[0].append(cause)
        else:
            groups.append([cause])
    return sorted(groups, key=len, reverse=True)


def _same_cause(one: str, other: str) -> bool:
    return one == other or likeness(one, other) >= SIMILAR


def _short(cause: str, most: int = 12) -> str:
    one_line = " ".join(cause.split())
    return one_line if len(one_line) <= most else one_line[: most - 1] + "…"
