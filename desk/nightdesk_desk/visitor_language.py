"""The language in which a visitor's client wants the desk's own words: `?lang=es`.

In the address, not a header: a browser sends an Accept-Language of its own, whatever the page
around the chat speaks, and a cache tells addresses apart.
"""

from typing import Annotated

from fastapi import Depends, Query
from nightdesk_contract.outcome import ENGLISH
from starlette.requests import HTTPConnection

SPANISH = "es"
SPOKEN = (ENGLISH, SPANISH)
"""What the desk says all that concerns a visitor in. Replies in a crisis know more languages."""


def language_asked(asked: str | None) -> str:
    """Give the language of a tag such as "es-MX"; English for one that the desk does not speak."""
    code = (asked or "").lower().partition("-")[0]
    return code if code in SPOKEN else ENGLISH


def in_language(path: str, language: str) -> str:
    """Give the address of a page of the desk in `language`."""
    return path if language == ENGLISH else f"{path}?lang={language}"


def language_of(connection: HTTPConnection) -> str:
    """Give the language that a request asks for."""
    return language_asked(connection.query_params.get("lang"))


async def asked_language(
    lang: Annotated[
        str,
        Query(
            description="Language of the desk's own words to the visitor, refusals too: en or es; "
            "any other gives English."
        ),
    ] = ENGLISH,
) -> str:
    """Give the language that a request asks for, and tell of it in the API's description."""
    return language_asked(lang)


TheLanguage = Annotated[str, Depends(asked_language)]
