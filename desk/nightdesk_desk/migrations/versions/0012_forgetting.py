"""Conversations that the assistant must still forget."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forgettings",
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_forgettings")),
    )
    op.create_index("ix_forgettings_next_at", "forgettings", ["next_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_forgettings_next_at", table_name="forgettings")
    op.drop_table("forgettings")
