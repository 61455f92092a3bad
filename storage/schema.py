"""Every table, in one place: what the database knows."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(sa.types.TypeDecorator[datetime]):
    """An aware datetime, kept in UTC on every database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", Id, primary_key=True, autoincrement=True)


def _ref(name: str, target: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, Id, sa.ForeignKey(f"{target}.id"), **options)


def _partial(name: str, *columns: str, where: str) -> sa.Index:
    """An index of the few rows that fit."""
    condition = sa.text(where)
    return sa.Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


# --- who and where -------------------------------------------------------------------------

team = sa.Table(
    "team",
    metadata,
    _id(),
    sa.Column("name", sa.String(80), nullable=False, unique=True),
    sa.Column("last_number", sa.Integer, nullable=False, server_default="0"),
    sa.Column("settings", Json, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
)

chat = sa.Table(
    "chat",
    metadata,
    _id(),
    _ref("team_id", "team", nullable=False, index=True),
    sa.Column("platform", sa.String(20), nullable=False),
    sa.Column("external_id", sa.String(200), nullable=False),
    sa.Column("private", sa.Boolean, nullable=False),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("person", sa.String(200), nullable=False, server_default=""),  # private: with whom
    sa.Column("purpose", sa.String(20), nullable=False, server_default=""),  # what is posted here
    sa.Column("lane", sa.String(80), nullable=False, server_default=""),  # its group robot
    sa.Column("closed_at", Instant),  # the bot was removed
    sa.UniqueConstraint("platform", "external_id"),
)

member = sa.Table(
    "member",
    metadata,
    _id(),
    _ref("team_id", "team", nullable=False),
    sa.Column("platform", sa.String(20), nullable=False),
    sa.Column("external_id", sa.String(200), nullable=False),
    sa.Column("name", sa.String(80), nullable=False, index=True),
    sa.Column("roles", Json, nullable=False),  # a list of role names
    sa.Column("mobile", sa.String(40), nullable=False, server_default=""),
    sa.Column("email", sa.String(200), nullable=False, server_default=""),
    sa.Column("crm_login", sa.String(200), nullable=False, server_default=""),
    sa.Column("settings", Json, nullable=False, server_default=sa.text("'{}'")),  # their own
    sa.Column("joined_at", Instant, nullable=False),
    sa.Column("left_at", Instant),  # no longer in the team; what they did keeps their name
    sa.UniqueConstraint("team_id", "platform", "external_id"),
)

# --- messages in and out -------------------------------------------------------------------

inbox = sa.Table(
    "inbox",
    metadata,
    _id(),
    sa.Column("platform", sa.String(20), nullable=False),
    sa.Column("message_id", sa.String(200), nullable=False),
    sa.Column("event_id", sa.String(200)),
    sa.Column("chat_external_id", sa.String(200), nullable=False),
    sa.Column("sender_external_id", sa.String(200), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False, index=True),
    sa.Column("outcome", sa.String(10), nullable=False),  # done, refused, failed, ignored
    sa.Column("why", sa.String(200), nullable=False, server_default=""),
    sa.UniqueConstraint("platform", "message_id"),
    sa.UniqueConstraint("platform", "event_id"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    _id(),
    sa.Column("key", sa.String(50), nullable=False, unique=True),
    _ref("chat_id", "chat", nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("reply_to", sa.String(200)),
    sa.Column("reply_token", sa.Text, nullable=False, server_default=""),
    sa.Column("asked_at", Instant),
    sa.Column("lane", sa.String(80), nullable=False, server_default=""),  # else the chat's own
    sa.Column("number", sa.Integer),  # the ledger entry that it speaks of
    sa.Column("asks", sa.Boolean),  # a question: true until one of its buttons is pressed
    sa.Column("written_at", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("sent_at", Instant, index=True),
    sa.Column("sent_id", sa.String(200)),  # the platform's id of what was sent
    sa.Column("dead_at", Instant),
    sa.Column("why", sa.String(200), nullable=False, server_default=""),
    _partial("ix_outbox_waiting", "due_at", where="sent_at IS NULL AND dead_at IS NULL"),
    sa.Index("ix_outbox_sent_id", "chat_id", "sent_id"),
)

claim = sa.Table(
    "claim",
    metadata,
    sa.Column("job", sa.String(80), primary_key=True),
    sa.Column("team_id", Id, sa.ForeignKey("team.id"), primary_key=True),
    sa.Column("slot", Instant, primary_key=True, index=True),
    sa.Column("note", sa.String(200), nullable=False, server_default=""),  # why it was not done
)

# The trial group's transcript and its clock.
console_message = sa.Table(
    "console_message",
    metadata,
    _id(),
    sa.Column("key", sa.String(80), nullable=False, unique=True),
    sa.Column("chat", sa.String(200), nullable=False),
    sa.Column("sender", sa.String(80), nullable=False),
    sa.Column("body", Json, nullable=False),
    sa.Column("reply_to", Id),
    sa.Column("at", Instant, nullable=False),
    sa.Index("ix_console_message_chat", "chat", "id"),
)

console_clock = sa.Table(
    "console_clock",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("ahead_seconds", sa.BigInteger, nullable=False),
)

# --- the ledger ----------------------------------------------------------------------------

entry = sa.Table(
    "entry",
    metadata,
    _id(),
    _ref("team_id", "team", nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),  # open, done, cancelled, superseded
    sa.Column("stage", sa.String(20), nullable=False, server_default=""),  # where in its state
    sa.Column("weight", sa.Integer, nullable=False, server_default="0"),  # how much it hurts
    sa.Column("rung", sa.Integer, nullable=False, server_default="0"),  # how far escalated
    _ref("owner_id", "member"),
    _ref("offered_to", "member"),  # who has been asked to take it over
    sa.Column("helpers", Json, nullable=False),  # member ids
    _ref("opened_by", "member", nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("due", Instant),
    sa.Column("closed_at", Instant),
    _ref("chat_id", "chat", nullable=False),
    sa.Column("message_id", sa.String(200), nullable=False, server_default="", index=True),
    sa.Column("details", Json, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Column("unindexed", sa.Boolean, nullable=False, server_default=sa.true()),  # for 查
    sa.UniqueConstraint("team_id", "number"),
    sa.Index("ix_entry_open", "team_id", "state", "kind"),
    sa.Index("ix_entry_owner", "owner_id", "state"),
    _partial("ix_entry_offered", "offered_to", where="offered_to IS NOT NULL"),
    _partial("ix_entry_closed", "team_id", "closed_at", where="closed_at IS NOT NULL"),
    _partial("ix_entry_stage", "team_id", "stage", where="stage <> ''"),
    _partial("ix_entry_unindexed", "team_id", where="unindexed"),
)

history = sa.Table(
    "history",
    metadata,
    _id(),
    _ref("entry_id", "entry", index=True),  # empty: a step that is about no entry
    sa.Column("at", Instant, nullable=False),
    _ref("by_id", "member"),  # empty: the bot itself
    sa.Column("verb", sa.String(20), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    # What the verb changed: `before`, so that 撤销 can put it back; `after`, so that the history
    # alone tells what the entry is.
    sa.Column("before", Json),
    sa.Column("after", Json),
    sa.Column("step", sa.String(250), nullable=False, server_default=""),  # lines of one message
    sa.Column("undone", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("ix_history_by", "by_id", "id"),
)

# How entries belong together; the kinds are in storage/ledger.py.
link = sa.Table(
    "link",
    metadata,
    sa.Column("entry_id", Id, sa.ForeignKey("entry.id"), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("other_id", Id, sa.ForeignKey("entry.id"), primary_key=True),
    sa.Index("ix_link_other", "other_id", "kind"),
)

# Which words an entry and its history say, for 查.
term = sa.Table(
    "term",
    metadata,
    sa.Column("team_id", Id, sa.ForeignKey("team.id"), primary_key=True),
    sa.Column("term", sa.String(60), primary_key=True),
    sa.Column("entry_id", Id, sa.ForeignKey("entry.id"), primary_key=True),
    sa.Index("ix_term_entry_id", "entry_id"),
    sqlite_with_rowid=False,
)

# A sentence that waits for its sender to answer one question about it.
draft = sa.Table(
    "draft",
    metadata,
    _id(),
    _ref("team_id", "team", nullable=False),
    _ref("member_id", "member", nullable=False),
    sa.Column("incoming", sa.Text, nullable=False),
    sa.Column("said_at", Instant, nullable=False, index=True),
    sa.Column("settled_at", Instant),
)

# --- standup -------------------------------------------------------------------------------

standup_answer = sa.Table(
    "standup_answer",
    metadata,
    _id(),
    _ref("team_id", "team", nullable=False),
    sa.Column("day", sa.Date, nullable=False),  # on which its round opened
    sa.Column("round", sa.String(20), nullable=False, server_default=""),
    _ref("member_id", "member", nullable=False),
    sa.Column("yesterday", sa.Text, nullable=False),
    sa.Column("today", sa.Text, nullable=False),
    sa.Column("blockers", sa.Text, nullable=False),
    sa.Column("more", Json, nullable=False, server_default=sa.text("'{}'")),  # by question
    sa.Column("opened", Json, nullable=False),  # the ledger entries that its blockers are
    sa.Column("late", sa.Boolean, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.UniqueConstraint("team_id", "day", "round", "member_id"),
)

# Questions that are asked one at a time in a private chat.
dialogue = sa.Table(
    "dialogue",
    metadata,
    sa.Column("chat_id", Id, sa.ForeignKey("chat.id"), primary_key=True, autoincrement=False),
    _ref("member_id", "member", nullable=False),
    sa.Column("about", sa.String(60), nullable=False),  # which standup
    sa.Column("said", Json, nullable=False),  # a list: the answers so far
    sa.Column("at", Instant, nullable=False),  # of the last one
)

# --- leave ---------------------------------------------------------------------------------

leave = sa.Table(
    "leave",
    metadata,
    _id(),
    _ref("team_id", "team", nullable=False),
    _ref("member_id", "member", nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("until", Instant, nullable=False),  # back from then on
    _ref("stand_in_id", "member"),
    sa.Column("note", sa.String(200), nullable=False, server_default=""),
    sa.Column("said_at", Instant, nullable=False),
    sa.Column("cancelled_at", Instant),
    sa.Index("ix_leave_until", "team_id", "until"),
)

# --- reports -------------------------------------------------------------------------------

report = sa.Table(
    "report",
    metadata,
    _id(),
    _ref("team_id", "team", nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),  # daily, weekly
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("lines", Json, nullable=False),  # as they were posted, also those behind 更多
    sa.Column("asks", Json, nullable=False),  # {"number", "text"}: what 领导 are asked for
    sa.Column("added", Json, nullable=False),  # {"by", "name", "text"}: lines of the keepers
    _ref("held_by", "member"),
    sa.Column("posted_at", Instant),
    sa.UniqueConstraint("team_id", "kind", "day"),
)

# --- retrospectives ------------------------------------------------------------------------

retro = sa.Table(
    "retro",
    metadata,
    _id(),
    _ref("team_id", "team", nullable=False, index=True),
    sa.Column("title", sa.String(80), nullable=False),
    _ref("opened_by", "member", nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("closed_at", Instant),
)

# Nothing here tells who wrote it: no member, no chat, no hour, no order of arrival.
retro_note = sa.Table(
    "retro_note",
    metadata,
    sa.Column("key", sa.String(32), primary_key=True),  # random
    _ref("retro_id", "retro", nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

# --- questions and knowledge ---------------------------------------------------------------

knowledge = sa.Table(
    "knowledge",
    metadata,
    _id(),
    _ref("team_id", "team", nullable=False),
    sa.Column("number", sa.Integer, nullable=False),  # 3 is shown as K3
    sa.Column("external_id", sa.String(80)),  # where it was imported from
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("similar", Json, nullable=False),  # a list of questions
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("owner", sa.String(80), nullable=False),
    sa.Column("review_on", sa.Date),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Column("removed_at", Instant),  # kept, so that a number never means something else
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.UniqueConstraint("team_id", "number"),
    sa.UniqueConstraint("team_id", "external_id"),
    sa.Index("ix_knowledge_stamp", "team_id", "version", "updated_at"),
)

# --- CRM usage -----------------------------------------------------------------------------

usage = sa.Table(
    "usage",
    metadata,
    _id(),
    _ref("team_id", "team", nullable=False),
    sa.Column("person", sa.String(200), nullable=False),  # as the CRM names them
    sa.Column("also", Json, nullable=False),  # what else the CRM knows them by
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("record", sa.String(200), nullable=False, server_default=""),  # empty: all of a day
    sa.Column("created", sa.Integer, nullable=False),
    sa.Column("updated", sa.Integer, nullable=False),
    sa.Column("followups", sa.Integer, nullable=False),
    sa.Column("required_filled", sa.Integer, nullable=False),
    sa.Column("required_total", sa.Integer, nullable=False),
    sa.Column("duplicates", sa.Integer, nullable=False),
    sa.Column("amount_cents", sa.BigInteger),  # SQLite has no exact decimals
    sa.Column("stage_moves", sa.Integer, nullable=False),
    sa.Column("logins", sa.Integer, nullable=False),
    sa.Column("imported_at", Instant, nullable=False),
    sa.UniqueConstraint("team_id", "person", "day", "record"),
    sa.Index("ix_usage_day", "team_id", "day"),
)
