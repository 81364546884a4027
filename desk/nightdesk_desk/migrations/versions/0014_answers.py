"""Which of the visitor's messages an event answers."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("answers", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("events", "answers")
