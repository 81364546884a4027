"""Replies held back while a person has the chat."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "held_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("trigger_seq", sa.Integer(), nullable=False),
        sa.Column("after_seq", sa.Integer(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sender", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=80), nullable=False),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.Column("level", sa.String(length=2), nullable=False),
        sa.Column("quick_replies", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('held', 'answered', 'sent')", name=op.f("ck_held_replies_state")
        ),
        sa.CheckConstraint(
            "sender IN ('visitor', 'bot', 'staff', 'system')", name=op.f("ck_held_replies_sender")
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_held_replies_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_replies")),
    )
    op.create_index(
        "ix_held_replies_conversation_id", "held_replies", ["conversation_id"], unique=False
    )
    waiting = sa.text("state = 'held'")
    op.create_index(
        "ix_held_replies_due",
        "held_replies",
        ["due_at"],
        unique=False,
        postgresql_where=waiting,
        sqlite_where=waiting,
    )
    op.create_index(
        "uq_held_replies_waiting",
        "held_replies",
        ["conversation_id"],
        unique=True,
        postgresql_where=waiting,
        sqlite_where=waiting,
    )


def downgrade() -> None:
    op.drop_index("uq_held_replies_waiting", table_name="held_replies")
    op.drop_index("ix_held_replies_due", table_name="held_replies")
    op.drop_index("ix_held_replies_conversation_id", table_name="held_replies")

    op.drop_table("held_replies")
