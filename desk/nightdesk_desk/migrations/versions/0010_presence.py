"""Who is writing just now, for every desk process."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "typing_notices",
        sa.Column("conversation_id", sa.String(length=64), nullable=False),
        sa.Column("sender", sa.String(length=16), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("sender IN ('visitor', 'staff')", name=op.f("ck_typing_notices_sender")),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_typing_notices_conversation_id"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", "sender", name=op.f("pk_typing_notices")),
    )


def downgrade() -> None:
    op.drop_table("typing_notices")
