"""What the visitor's API takes and gives: the bodies, as /openapi.json describes them."""

from http import HTTPStatus
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

SAMPLE_TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 2000}


# PostgreSQL keeps no NUL in a text.
KEY: dict[str, Any] = {"min_length": 1, "max_length": 200, "pattern": r"^[^\x00]*$"}
"""What a message's key may be, in a body; a header holds no NUL anyway."""

SAMPLE_KEY: dict[str, Any] = {
    **{"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^\\x00]*$"}
}


class Started(BaseModel):
    """A new conversation and the token that only this visitor has."""

    conversation_id: str
    token: str


class StartIn(BaseModel):
    """How a conversation begins; nothing of it is needed."""

    token: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_-]{32,200}$",
        description="a secret of the client's own, of 128 random bits or more: the same one gives "
        "the same conversation, however often it is sent; null: the desk makes one",
    )
    conversation_id: str | None = Field(
        default=None,
        max_length=64,
        description="the conversation that the token opens, where it is known",
    )
    messages: Annotated[
        dict[Annotated[str, Field(**KEY)], Any],
        WithJsonSchema(
            {"type": "object", "propertyNames": SAMPLE_KEY, "additionalProperties": SAMPLE_TEXT}
        ),
    ] = Field(default={}, max_length=20, description="texts in their order, each under its key")


class MessageIn(BaseModel):
    """A visitor's message."""

    # Any value comes in: what is wrong with it is said in the visitor's words, by the door.
    text: Annotated[Any, WithJsonSchema(SAMPLE_TEXT)]


class MessageStored(BaseModel):
    """Where the message lies in the conversation. It is stored; its answer follows as events."""

    seq: int


class ContactIn(BaseModel):
    """How the visitor wants to be reached; a phone number or an email address is needed."""

    model_config = ConfigDict(strict=True)

    consent: bool
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    safe_to_leave_message: bool | None = None


ContactSent = Annotated[dict[str, Any], WithJsonSchema(ContactIn.model_json_schema())]
"""Any object comes in: its words are judged before its form is."""


class Accepted(BaseModel):
    """The details are stored; `seq` is the note about it in the conversation."""

    seq: int


class PassageOut(BaseModel):
    """One passage of the source document, in its own words."""

    id: str
    title: str
    text: str


class ReviewOut(BaseModel):
    """Who stood for the words when they were said, since when and until when."""

    on: str
    next_review: str
    reviewer: str
    role: str


class PublicSourceOut(BaseModel):
    """Where anybody can read what a caution rests on."""

    name: str
    url: str


class CautionOut(BaseModel):
    """What must be shown beside an answer, apart from it."""

    text: str
    sources: list[PublicSourceOut]


class SourceOut(BaseModel):
    """What a bot message rests on: passages of the document, or the clinic's own settings."""

    kind: str
    title: str | None = None
    passages: list[PassageOut] | None = None
    document: str | None = None
    document_date: str | None = Field(None, description="the document's own date, where known")
    review: ReviewOut | None = Field(None, description="null: no clinician has signed the words")
    cautions: list[CautionOut] = []


class FeedbackOut(BaseModel):
    """What the visitor said to "Did this answer your question?", null while they have not."""

    helpful: bool | None


class EventOut(BaseModel):
    """One event of a conversation."""

    model_config = ConfigDict(populate_by_name=True)

    seq: int
    at: str
    sender: str = Field(alias="from", description="visitor, bot, staff or system")
    text: str
    outcome: str | None
    source: SourceOut | None
    feedback: FeedbackOut | None = Field(description="null: the message is not asked about")
    level: str | None
    quick_replies: list[str]
    name: str | None = Field(description="a staff member's first name")
    title: str | None = Field(None, description="what they are, such as nurse; null: not set")
    key: str | None = Field(None, description="the Idempotency-Key of a visitor's message; or null")
    answers: list[int] = Field(
        [], description="numbers of the visitor's messages that this answers; empty: not known"
    )
    offers: list[str] = Field([], description="forms to offer beside the text: contact")
    person: bool | None = Field(None, description="a person came (true) or went (false); or null")


class ErrorOut(BaseModel):
    """Every error answer: a code for programs, words for visitors."""

    error: str
    message: str


def error_answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Give the error answers of a route for /openapi.json: these, and those that all have."""
    # Not by `model`: that would claim them to be of the kind of the route's own answer.
    answer = {"content": {"application/json": {"schema": ErrorOut.model_json_schema()}}}
    return {
        status: {"description": HTTPStatus(status).phrase, **answer}
        for status in (*statuses, 403, 422, 429, 503)
    }
