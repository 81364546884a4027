"""Steps of an escalation that were taken, reports at the end of a day, when a person last acted."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KINDS_BEFORE = "kind IN ('handover', 'outage')"
KINDS = "kind IN ('handover', 'outage', 'report')"
ONCE_A_LEVEL = "uq_alerts_handover_id_level_address"
AT_ONCE, OF_STEP = sa.text("step_id IS NULL"), sa.text("step_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("handovers", sa.Column("acted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "escalation_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("round_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.String(length=2), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handovers.id"], name=op.f("fk_escalation_steps_handover_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_steps")),
        sa.UniqueConstraint(
            *("handover_id", "round_at", "level", "step"),
            name=op.f("uq_escalation_steps_handover_id_round_at_level_step"),
        ),
    )
    op.create_table(
        "day_reports",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open_requests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_reports")),
    )
    before = _alerts(KINDS_BEFORE)
    before.append_constraint(
        sa.UniqueConstraint("handover_id", "level", "address", name=op.f(ONCE_A_LEVEL))
    )
    with op.batch_alter_table("alerts", copy_from=before) as batch:
        batch.add_column(sa.Column("step_id", sa.Integer(), nullable=True))
        batch.drop_constraint(op.f(ONCE_A_LEVEL), type_="unique")
        batch.drop_constraint(op.f("ck_alerts_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_alerts_kind"), KINDS)
    op.create_index(
        "uq_alerts_at_once",
        "alerts",
        ["handover_id", "level", "address"],
        unique=True,
        postgresql_where=AT_ONCE,
        sqlite_where=AT_ONCE,
    )
    op.create_index(
        "uq_alerts_of_step",
        "alerts",
        ["step_id", "address"],
        unique=True,
        postgresql_where=OF_STEP,
        sqlite_where=OF_STEP,
    )
    op.create_index("ix_alerts_handover_id", "alerts", ["handover_id"], unique=False)


def downgrade() -> None:
    # The tables before this know neither: an alert of a step would be a second one of its level.
    op.execute("DELETE FROM alerts WHERE step_id IS NOT NULL OR kind = 'report'")
    op.drop_index("ix_alerts_handover_id", table_name="alerts")
    op.drop_index("uq_alerts_of_step", table_name="alerts")
    op.drop_index("uq_alerts_at_once", table_name="alerts")
    after = _alerts(KINDS)
    after.append_column(sa.Column("step_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("alerts", copy_from=after) as batch:
        batch.drop_constraint(op.f("ck_alerts_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_alerts_kind"), KINDS_BEFORE)
        batch.drop_column("step_id")
        batch.create_unique_constraint(op.f(ONCE_A_LEVEL), ["handover_id", "level", "address"])
    op.drop_table("day_reports")
    op.drop_table("escalation_steps")
    op.drop_column("handovers", "acted_at")


def _alerts(kinds: str) -> sa.Table:
    """Give the table as it was made: SQLite copies it, and would lose what it does not see."""
    still_open = sa.text("state IN ('waiting', 'failed')")
    return sa.Table(
        "alerts",
        sa.MetaData(),
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
        sa.CheckConstraint(kinds, name=op.f("ck_alerts_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'failed', 'sent', 'given_up', 'needless')",
            name=op.f("ck_alerts_state"),
        ),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handovers.id"], name=op.f("fk_alerts_handover_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.Index("ix_alerts_address", "address"),
        sa.Index("ix_alerts_open", "next_at", postgresql_where=still_open, sqlite_where=still_open),
    )
