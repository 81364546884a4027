"""Who has many failed sign-ins behind them: somebody may be guessing, slowly and from anywhere."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.audit.record import as_text

LASTS = timedelta(hours=24)
MANY = 20
"""Failed tries at one account within a day: nobody mistypes as often."""

MANY_IN_ALL = 100
"""Failed tries at all names together within a day: a few at each name are no less an attack."""

KINDS = ("sign_in_failed", "password_refused", "code_refused")


class Attacked(NamedTuple):
    """An account with many failed tries."""

    username: str
    failed: int


class FailedSignIns(NamedTuple):
    """The failed tries of a day: in all, for each account, and where there are many."""

    total: int
    of: Mapping[str, int]
    attacked: list[Attacked]

    @property
    def many(self) -> bool:
        """Whether leads and admins should hear of it."""
        return bool(self.attacked) or self.total >= MANY_IN_ALL


NONE = FailedSignIns(0, {}, [])


def weigh(counts: Mapping[str | None, int]) -> FailedSignIns:
    """Give what the counts say; those of None are of names without an account."""
    known = {name: count for name, count in counts.items() if name is not None}
    attacked = [Attacked(name, count) for name, count in known.items() if count >= MANY]
    attacked.sort(key=lambda each: (-each.failed, each.username))
    return FailedSignIns(sum(counts.values()), known, attacked)


async def read_failed_sign_ins(session: AsyncSession, at: datetime) -> FailedSignIns:
    """Give the failed tries of the last day, from the audit record."""
    rows = await session.execute(
        select(AuditEntry.about, func.count())
        .where(AuditEntry.kind.in_(KINDS), AuditEntry.at > as_text(at - LASTS))
        .group_by(AuditEntry.about)
    )
    return weigh({row[0]: row[1] for row in rows})
