"""One-time passwords, recovery codes and what a session list needs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

STAFF = (
    ("title", sa.String(length=40)),
    ("last_sign_in_at", sa.DateTime(timezone=True)),
    ("totp_secret", sa.String(length=400)),
    ("totp_since", sa.DateTime(timezone=True)),
    ("totp_last_step", sa.Integer()),
)
SESSIONS = (
    ("address", sa.String(length=64)),
    ("browser", sa.String(length=80)),
    ("proved_at", sa.DateTime(timezone=True)),
    ("totp_offered", sa.String(length=400)),
)


def upgrade() -> None:
    for name, kind in STAFF:
        op.add_column("staff", sa.Column(name, kind, nullable=True))
    for name, kind in SESSIONS:
        op.add_column("staff_sessions", sa.Column(name, kind, nullable=True))
    op.create_table(
        "staff_recovery_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_recovery_codes_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_recovery_codes")),
    )
    op.create_index("ix_staff_recovery_codes_staff_id", "staff_recovery_codes", ["staff_id"])
    op.create_table(
        "staff_half_sign_ins",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_half_sign_ins_staff_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_half_sign_ins")),
    )
    op.create_index("ix_staff_half_sign_ins_staff_id", "staff_half_sign_ins", ["staff_id"])


def downgrade() -> None:
    op.drop_index("ix_staff_half_sign_ins_staff_id", table_name="staff_half_sign_ins")
    op.drop_table("staff_half_sign_ins")
    op.drop_index("ix_staff_recovery_codes_staff_id", table_name="staff_recovery_codes")
    op.drop_table("staff_recovery_codes")
    for name, _ in reversed(SESSIONS):
        op.drop_column("staff_sessions", name)
    for name, _ in reversed(STAFF):
        op.drop_column("staff", name)
