"""Who talks with the visitor: first name and, where there is one, what they are."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import log
from nightdesk_desk.models import Staff
from nightdesk_desk.words import Words


def shown_name(words: Words, first_name: str, title: str | None) -> str:
    """Give how a member of staff is named in a sentence to the visitor: "Noor (nurse)"."""
    return words.say("staff_named", name=first_name, title=title) if title else first_name


async def tell_visitor(
    session: AsyncSession, words: Words, conversation_id: str, key: str, staff_id: int
) -> None:
    """Say in the conversation that this member of staff has come or gone; `key` names the text."""
    person = (
        await session.execute(select(Staff.first_name, Staff.title).where(Staff.id == staff_id))
    ).one_or_none()
    name = shown_name(words, person.first_name, person.title) if person else ""
    text = words.say(key, name=name)
    # The visitor's widget tells a person that they write, while there is one.
    basis = {"person": key != "staff_left"}
    await log.append(session, conversation_id, [log.NewEvent("system", text, basis=basis)])


async def may_take(session: AsyncSession, staff_id: int) -> bool:
    """Say whether that person can be given a chat, and keep it so until the transaction ends.

    Nobody disables the account meanwhile and leaves the chat with it. Ask before the conversation
    is held: who disables holds the account first, too.
    """
    person = await session.get(Staff, staff_id, with_for_update={"read": True})
    return person is not None and person.disabled_at is None
