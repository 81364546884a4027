"""The language of a visitor's chat, and what is recorded beside a held reply."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "conversations",
        sa.Column("language", sa.String(length=8), nullable=False, server_default="en"),
    )
    op.add_column("held_replies", sa.Column("basis", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("held_replies", "basis")
    op.drop_column("conversations", "language")
