"""Recovery codes: for signing in without the telephone. Each works once; only hashes are kept."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk.staff.models import RecoveryCode

COUNT = 10

_BYTES = 10
"""80 random bits a code: nothing that could be tried out, so a plain SHA-256 keeps it safe."""

_LOOKS_LIKE = str.maketrans("018", "OIB")
"""Figures that the codes do not have, as the letters they are misread for."""


def new_code() -> str:
    """Give a fresh code, such as `ABCD-EFGH-IJKL-MNOP`."""
    letters = base64.b32encode(secrets.token_bytes(_BYTES)).decode("ascii")
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def plain_code(typed: str) -> str:
    """Give a code as it counts: capitals without hyphens or spaces, misread figures put right."""
    return "".join(typed.upper().replace("-", " ").split()).translate(_LOOKS_LIKE)


def hash_code(typed: str) -> str:
    """Give the form in which a code is kept."""
    return hashlib.sha256(plain_code(typed).encode("utf-8", "surrogatepass")).hexdigest()


async def renew_codes(session: AsyncSession, staff_id: int) -> list[str]:
    """Make a person's codes anew and give them; they can be read nowhere afterwards."""
    await drop_codes(session, staff_id)
    codes = [new_code() for _ in range(COUNT)]
    session.add_all(RecoveryCode(staff_id=staff_id, code_hash=hash_code(code)) for code in codes)
    await session.flush()
    return codes


async def drop_codes(session: AsyncSession, staff_id: int) -> None:
    """Make all codes of a person worthless."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))


async def use_code(session: AsyncSession, staff_id: int, typed: str, at: datetime) -> bool:
    """Use up a code. False when it is none of the person's, or was used before."""
    # One statement: of two who use it at once, one finds it unused.
    used = await session.scalars(
        update(RecoveryCode)
        .where(
            RecoveryCode.staff_id == staff_id,
            RecoveryCode.code_hash == hash_code(typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=at)
        .returning(RecoveryCode.id)
    )
    return used.first() is not None


async def codes_left(session: AsyncSession, staff_id: int) -> int:
    """Give how many codes of a person still work."""
    query = select(func.count()).where(
        RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None)
    )
    return await session.scalar(query) or 0


async def are_unused_codes(session: AsyncSession, staff_id: int, codes: Sequence[str]) -> bool:
    """Say whether all of `codes` are unused codes of that person."""
    query = select(RecoveryCode.code_hash).where(
        RecoveryCode.staff_id == staff_id, RecoveryCode.used_at.is_(None)
    )
    kept = set(await session.scalars(query))
    return bool(codes) and {hash_code(code) for code in codes} <= kept
