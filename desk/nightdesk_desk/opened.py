"""What the visitor's routes ask for first: the desk, and the conversation that a token opens."""

from typing import Annotated, NamedTuple

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from nightdesk_desk import log
from nightdesk_desk.desk import Desk
from nightdesk_desk.errors import Refused


async def desk_of(request: Request) -> Desk:
    """Give the desk that serves this request; `async`, or it would run in a thread each time."""
    desk: Desk = request.app.state.desk
    return desk


TheDesk = Annotated[Desk, Depends(desk_of)]


bearer = HTTPBearer(
    auto_error=False,
    description="The `token` that a conversation was begun with: it opens that one",
)


async def opened_conversation(
    conversation_id: str,
    desk: TheDesk,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> str:
    """Give the conversation's id when the bearer token opens it.

    Raises Refused: 401 without a known token; 404 for another's or an unknown conversation alike.
    """
    token = _token_of(given)
    async with desk.db.read_once() as reading:
        owner = await log.conversation_of_token(reading, token)
    return _owned(owner, conversation_id)


TheConversation = Annotated[str, Depends(opened_conversation)]


class KeyedConversation(NamedTuple):
    """A conversation that the bearer token opens, and what is stored in it under the given key."""

    id: str
    key: str | None
    earlier: log.Keyed | None


async def opened_with_key(
    conversation_id: str,
    desk: TheDesk,
    given: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> KeyedConversation:
    """Open a conversation as `opened_conversation` does, and look for the key in one reading."""
    token, key = _token_of(given), idempotency_key or None
    if key is None:
        return KeyedConversation(
            await opened_conversation(conversation_id, desk, given), None, None
        )
    async with desk.db.read_once() as reading:
        owner, earlier = await log.conversation_and_key(reading, token, key) or (None, None)
    return KeyedConversation(_owned(owner, conversation_id), key, earlier)


TheKeyedConversation = Annotated[KeyedConversation, Depends(opened_with_key)]


def _token_of(given: HTTPAuthorizationCredentials | None) -> str:
    token = given.credentials.strip() if given else ""
    if not token or len(token) > 200:
        raise Refused(401, "unauthorized", {"WWW-Authenticate": "Bearer"})
    return token


def _owned(owner: str | None, conversation_id: str) -> str:
    if owner is None:
        raise Refused(401, "unauthorized", {"WWW-Authenticate": "Bearer"})
    if owner != conversation_id:
        raise Refused(404, "not_found")
    return owner
