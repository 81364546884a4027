"""Who is writing just now, kept for the readers of other desk processes: never what they write.

A row says until when somebody counts as writing, so that a browser which was closed in the middle
of a word ends by itself. Rows go with their conversation.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, String, and_, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from nightdesk_desk.models import Base, Conversation, UtcDateTime

Writer = Literal["visitor", "staff"]

LASTS: Mapping[Writer, timedelta] = {
    "visitor": timedelta(seconds=8),
    "staff": timedelta(seconds=20),
}
"""How long one notice holds. The chat says it again every 3 seconds, the inbox every 8."""


class TypingNotice(Base):
    """That one side of a conversation counts as writing `until` then."""

    __tablename__ = "typing_notices"
    __table_args__ = (CheckConstraint("sender IN ('visitor', 'staff')", name="sender"),)

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    sender: Mapped[Writer] = mapped_column(String(16), primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


async def note_due(
    session: AsyncSession, conversation_id: str, sender: Writer, typing: bool, at: datetime
) -> bool:
    """Say whether a notice is worth a write: only with a person in the chat, and not every time."""
    query = (
        select(Conversation.state, TypingNotice.until)
        .outerjoin(
            TypingNotice,
            and_(TypingNotice.conversation_id == Conversation.id, TypingNotice.sender == sender),
        )
        .where(Conversation.id == conversation_id)
    )
    row = (await session.execute(query)).one_or_none()
    if row is None:
        return False
    if not typing:
        return row.until is not None
    half_over = row.until is None or row.until - at < LASTS[sender] / 2
    return row.state == "staff" and half_over


async def keep_note(
    session: AsyncSession, conversation_id: str, sender: Writer, typing: bool, at: datetime
) -> None:
    """Keep that somebody began, goes on, or stopped writing."""
    if not typing:
        await session.execute(
            delete(TypingNotice).where(
                TypingNotice.conversation_id == conversation_id, TypingNotice.sender == sender
            )
        )
        return
    postgres = session.get_bind().dialect.name == "postgresql"
    insert: Any = postgresql.insert if postgres else sqlite.insert
    until = at + LASTS[sender]
    row = insert(TypingNotice).values(conversation_id=conversation_id, sender=sender, until=until)
    keys = [TypingNotice.conversation_id, TypingNotice.sender]
    await session.execute(row.on_conflict_do_update(index_elements=keys, set_={"until": until}))


async def writing(
    session: AsyncSession, conversation_ids: Sequence[str], at: datetime
) -> set[tuple[str, Writer]]:
    """Give who counts as writing at `at` in these conversations, where a person has the chat."""
    rows = await session.execute(_WRITING, {"ids": conversation_ids, "moment": at})
    return {(row.conversation_id, row.sender) for row in rows}


_WRITING = (
    select(TypingNotice.conversation_id, TypingNotice.sender)
    .join(Conversation, Conversation.id == TypingNotice.conversation_id)
    .where(TypingNotice.conversation_id.in_(bindparam("ids", expanding=True)))
    .where(TypingNotice.until > bindparam("moment"), Conversation.state == "staff")
)
