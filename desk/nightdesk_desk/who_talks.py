"""Who talks with the visitor: first name and, where there is one, what they are."""

from nightdesk_contract.outcome import ENGLISH
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from nightdesk_desk import log
from nightdesk_desk.chat_language import language_of_talk
from nightdesk_desk.desk_line import line
from nightdesk_desk.models import Staff
from nightdesk_desk.visitor_language import SPOKEN
from nightdesk_desk.words import Words


def shown_name(words: Words, first_name: str, title: str | None, language: str = ENGLISH) -> str:
    """Give how a member of staff is named in a sentence to the visitor: "Noor (nurse)"."""
    return words.say("staff_named", language, name=first_name, title=title) if title else first_name


async def tell_visitor(
    session: AsyncSession, words: Words, conversation_id: str, key: str, staff_id: int
) -> None:
    """Say in the conversation that this member of staff has come or gone; `key` names the text.

    It is said in the language that the visitor's chat is in.
    """
    person = (
        await session.execute(select(Staff.first_name, Staff.title).where(Staff.id == staff_id))
    ).one_or_none()

    def told(language: str) -> str:
        name = shown_name(words, person.first_name, person.title, language) if person else ""
        return words.say(key, language, name=name)

    language = await language_of_talk(session, conversation_id, words.buttons(), among=SPOKEN)
    said = line(told, language)
    # The visitor's widget tells a person that they write, while there is one.
    basis = said.basis({"person": key != "staff_left"})
    await log.append(session, conversation_id, [log.NewEvent("system", said.text, basis=basis)])


async def may_take(session: AsyncSession, staff_id: int) -> bool:
    """Say whether that person can be given a chat, and keep it so until the transaction ends.

    Nobody disables the account meanwhile and leaves the chat with it. Ask before the conversation
    is held: who disables holds the account first, too.
    """
    person = await session.get(Staff, staff_id, with_for_update={"read": True})
    return person is not None and person.disabled_at is None
