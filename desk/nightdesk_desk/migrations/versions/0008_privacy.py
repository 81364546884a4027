"""What retention, deletion and encryption need."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

CONTACT = {"name": 200, "phone": 60, "email": 254}
"""Columns whose encrypted texts are longer than the texts, with their length before."""


def upgrade() -> None:
    op.create_table(
        "daily_runs",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_daily_runs")),
    )
    op.add_column(
        "conversations",
        sa.Column("deletion_requested_at", sa.DateTime(timezone=True), nullable=True),
    )
    asked = sa.text("deletion_requested_at IS NOT NULL")
    op.create_index(
        "ix_conversations_deletion_requested_at",
        "conversations",
        ["deletion_requested_at"],
        unique=False,
        postgresql_where=asked,
        sqlite_where=asked,
    )
    with op.batch_alter_table("contacts") as batch:
        for name, length in CONTACT.items():
            batch.alter_column(
                name,
                existing_type=sa.String(length=length),
                type_=sa.Text(),
                existing_nullable=True,
            )


def downgrade() -> None:
    # An encrypted text would not fit any more: PostgreSQL refuses then, and nothing is changed.
    with op.batch_alter_table("contacts") as batch:
        for name, length in CONTACT.items():
            batch.alter_column(
                name,
                existing_type=sa.Text(),
                type_=sa.String(length=length),
                existing_nullable=True,
            )
    op.drop_index("ix_conversations_deletion_requested_at", table_name="conversations")
    op.drop_column("conversations", "deletion_requested_at")
    op.drop_table("daily_runs")
