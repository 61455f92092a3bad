"""standup rounds, leave, reports, retrospectives"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

import storage.schema

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dialogue",
        sa.Column(
            "chat_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column(
            "said",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("at", storage.schema.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name=op.f("fk_dialogue_chat_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_dialogue_member_id")),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_dialogue")),
    )
    op.create_table(
        "leave",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("since", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("until", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column(
            "stand_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("note", sa.String(length=200), server_default="", nullable=False),
        sa.Column("said_at", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("cancelled_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_leave_member_id")),
        sa.ForeignKeyConstraint(["stand_in_id"], ["member.id"], name=op.f("fk_leave_stand_in_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_leave_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave")),
    )
    op.create_index("ix_leave_until", "leave", ["team_id", "until"], unique=False)
    op.create_table(
        "report",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "lines",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "asks",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "added",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("held_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("posted_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["held_by"], ["member.id"], name=op.f("fk_report_held_by")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_report_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("team_id", "kind", "day", name=op.f("uq_report_team_id_kind_day")),
    )
    op.create_table(
        "retro",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column(
            "opened_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("opened_at", storage.schema.Instant(timezone=True), nullable=False),
        sa.Column("closed_at", storage.schema.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["opened_by"], ["member.id"], name=op.f("fk_retro_opened_by")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_retro_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retro")),
    )
    op.create_index(op.f("ix_retro_team_id"), "retro", ["team_id"], unique=False)
    op.create_table(
        "retro_note",
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column(
            "retro_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["retro_id"], ["retro.id"], name=op.f("fk_retro_note_retro_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_retro_note")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_retro_note_retro_id"), "retro_note", ["retro_id"], unique=False)
    op.create_index(op.f("ix_claim_slot"), "claim", ["slot"], unique=False)
    op.add_column(
        "member", sa.Column("left_at", storage.schema.Instant(timezone=True), nullable=True)
    )
    # SQLite cannot change a constraint: there the table is made anew.
    with op.batch_alter_table("standup_answer") as answers:
        answers.add_column(
            sa.Column("round", sa.String(length=20), server_default="", nullable=False)
        )
        answers.add_column(
            sa.Column(
                "more",
                sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql"),
                server_default=sa.text("'{}'"),
                nullable=False,
            )
        )
        answers.drop_constraint(op.f("uq_standup_answer_team_id_day_member_id"), type_="unique")
        answers.create_unique_constraint(
            op.f("uq_standup_answer_team_id_day_round_member_id"),
            ["team_id", "day", "round", "member_id"],
        )


def downgrade() -> None:
    raise NotImplementedError("restore the backup that was made before the upgrade")
