"""How Alembic reaches the desk's database."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from nightdesk_desk import typing_notices as _typing  # noqa: F401
from nightdesk_desk.audit import models as _audit  # noqa: F401  its tables join the metadata
from nightdesk_desk.cases import models as _cases  # noqa: F401
from nightdesk_desk.escalation import models as _escalation  # noqa: F401
from nightdesk_desk.models import Base
from nightdesk_desk.privacy import models as _privacy  # noqa: F401
from nightdesk_desk.staff import models as _staff  # noqa: F401

MIGRATION_LOCK = 7_316_001
"""Key of PostgreSQL's advisory lock, so that two desks starting together migrate one by one."""


def run() -> None:
    """Run the migrations over the driver for blocking calls."""
    url = context.config.attributes["url"].replace("sqlite+aiosqlite", "sqlite")
    engine = create_engine(url, poolclass=pool.NullPool, hide_parameters=True)
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        context.configure(
            connection=connection, target_metadata=Base.metadata, render_as_batch=sqlite
        )
        with context.begin_transaction():
            if not sqlite:
                connection.execute(
                    text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK}
                )
            context.run_migrations()
    engine.dispose()


if context.is_offline_mode():
    raise SystemExit("Migrations need the database: run them without --sql.")
run()
