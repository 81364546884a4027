"""Alerts to staff: what is to be sent to which address, and how the addresses are doing."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=40), nullable=False),
        sa.Column("handover_id", sa.Integer(), nullable=True),
        sa.Column("level", sa.String(length=2), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("about", sa.String(length=40), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=80), nullable=True),
        sa.CheckConstraint("kind IN ('handover', 'outage')", name=op.f("ck_alerts_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'failed', 'sent', 'given_up', 'needless')",
            name=op.f("ck_alerts_state"),
        ),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handovers.id"], name=op.f("fk_alerts_handover_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint(
            "handover_id", "level", "address", name=op.f("uq_alerts_handover_id_level_address")
        ),
    )
    op.create_index("ix_alerts_address", "alerts", ["address"], unique=False)
    still_open = sa.text("state IN ('waiting', 'failed')")
    op.create_index(
        "ix_alerts_open",
        "alerts",
        ["next_at"],
        unique=False,
        postgresql_where=still_open,
        sqlite_where=still_open,
    )
    op.create_table(
        "alert_addresses",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=80), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alert_addresses")),
    )


def downgrade() -> None:
    op.drop_table("alert_addresses")
    op.drop_index("ix_alerts_open", table_name="alerts")
    op.drop_index("ix_alerts_address", table_name="alerts")
    op.drop_table("alerts")
