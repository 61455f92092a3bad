"""What was done in the ledger between two reports, each entry under what matters most of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.kind import head
from bot.receipt import first_line
from storage.ledger import CANCELLED, DONE, OPEN, OPENED, Entry
from storage.report import Change
from storage.undo import UNDONE

MOST_NAMED = 3
MOST_TITLE = 16  # characters, where several stand on one line

_READ = ("已阅",)  # who has read something has not changed it
_WEIGHTY = ("milestone", "blocker", "risk", "change", "decision", "goal", "data")


@dataclass(slots=True)
class Changes:
    """The entries that were touched, each once under what matters most of it."""

    opened: list[Entry] = field(default_factory=list)
    updated: list[tuple[Entry, Change]] = field(default_factory=list)
    closed: list[Entry] = field(default_factory=list)
    cancelled: list[Entry] = field(default_factory=list)
    reopened: list[Entry] = field(default_factory=list)

    @classmethod
    def of(cls, found: Iterable[Change], *, since: datetime) -> "Changes":
        told: dict[int, list[Change]] = {}
        for each in found:
            if each.verb != UNDONE:
                told.setdefault(each.entry.id, []).append(each)
        sorted_ = cls()
        for events in told.values():
            sorted_._take(events, since)
        return sorted_

    def _take(self, events: Sequence[Change], since: datetime) -> None:
        entry = events[-1].entry
        verbs = [each.verb for each in events]
        new = OPENED in verbs and entry.state != CANCELLED
        ended = entry.closed_at is not None and entry.closed_at > since
        again = "重开" in verbs and entry.state == OPEN
        if new:
            self.opened.append(entry)
        if again:
            self.reopened.append(entry)
        if ended and entry.state == DONE:
            self.closed.append(entry)
        elif ended and entry.state == CANCELLED and OPENED not in verbs:
            self.cancelled.append(entry)
        elif not (new or again) and entry.state != CANCELLED:
            own = [each for each in events if each.by_id is not None and each.verb not in _READ]
            self.updated += [(entry, own[-1])] if own else []

    @property
    def any(self) -> bool:
        return bool(self.opened or self.updated or self.closed or self.cancelled or self.reopened)

    def line(self, since: str, *, but: set[int]) -> str:
        """🔄 昨天 18:00 以来：新增 3、关闭 2｜关闭 #3 支付超时; not what is in ``but``."""
        counts = [
            f"{what} {len(found)}"
            for what, found in (
                ("新增", self.opened), ("更新", self.updated), ("关闭", self.closed),
                ("重开", self.reopened), ("取消", self.cancelled),
            )
            if found
        ]  # fmt: skip
        if not counts:
            return f"🔄 {since}没有变化"
        named = [
            f"{what} #{each.number} {first_line(each.title, MOST_TITLE)}"
            for what, each in self._weighty()
            if each.number not in but
        ]
        return "｜".join([f"🔄 {since}：{'、'.join(counts)}", *named[:MOST_NAMED]])

    def _weighty(self) -> list[tuple[str, Entry]]:
        """What somebody who was not there should know of, beside the blockers that stand above."""
        ended = [("关闭", each) for each in self.closed if each.kind in _WEIGHTY]
        new = [
            ("新增", each)
            for each in self.opened
            if each.kind in _WEIGHTY and each.kind != "blocker" and each not in self.closed
        ]
        return [
            *(("重开", each) for each in self.reopened if each.kind in _WEIGHTY),
            *sorted(ended, key=lambda each: _WEIGHTY.index(each[1].kind)),
            *sorted(new, key=lambda each: _WEIGHTY.index(each[1].kind)),
        ]

    def every(self) -> list[str]:
        found = [
            f"{what} {head(each.kind, each.number)} {first_line(each.title, 30)}"
            for what, entries in (
                ("重开", self.reopened), ("关闭", self.closed), ("取消", self.cancelled),
                ("新增", self.opened),
            )
            for each in entries
        ]  # fmt: skip
        return found + [
            f"更新 {head(each.kind, each.number)} {first_line(each.title, 20)}："
            + first_line(f"{done.verb} {done.text}".strip(), 30)
            for each, done in self.updated
        ]
