"""Tries at passwords and codes, counted for all desk processes together."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_sign_in_tries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("secret", sa.String(length=8), nullable=False),
        sa.Column("who", sa.String(length=8), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sign_in_tries")),
    )
    for column in ("at", "who", "place"):
        op.create_index(f"ix_staff_sign_in_tries_{column}", "staff_sign_in_tries", [column])
    op.create_table(
        "staff_sign_in_places",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_sign_in_places_staff_id")
        ),
        sa.PrimaryKeyConstraint("staff_id", "place", name=op.f("pk_staff_sign_in_places")),
    )
    op.create_index("ix_staff_sign_in_places_last_at", "staff_sign_in_places", ["last_at"])


def downgrade() -> None:
    op.drop_table("staff_sign_in_places")
    op.drop_table("staff_sign_in_tries")
