"""Private notes, level changes, passing on and reopening."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handover_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("to_staff_id", sa.Integer(), nullable=True),
        sa.Column("from_level", sa.String(length=2), nullable=True),
        sa.Column("to_level", sa.String(length=2), nullable=True),
        sa.Column("of_handover_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('passed', 'level', 'reopened')", name=op.f("ck_handover_acts_kind")
        ),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handovers.id"], name=op.f("fk_handover_acts_handover_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_handover_acts_staff_id")),
        sa.ForeignKeyConstraint(
            ["to_staff_id"], ["staff.id"], name=op.f("fk_handover_acts_to_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["of_handover_id"], ["handovers.id"], name=op.f("fk_handover_acts_of_handover_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_acts")),
    )
    op.create_index("ix_handover_acts_handover_id", "handover_acts", ["handover_id"], unique=False)
    op.create_table(
        "private_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_private_notes_conversation_id"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_private_notes_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_private_notes")),
    )
    op.create_index(
        "ix_private_notes_conversation_id", "private_notes", ["conversation_id"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_private_notes_conversation_id", table_name="private_notes")
    op.drop_table("private_notes")
    op.drop_index("ix_handover_acts_handover_id", table_name="handover_acts")
    op.drop_table("handover_acts")
