"""The public page on crises: `docs/crisis-protocol.md`, filled in with the clinic's facts.

In Spanish it is `docs/crisis-protocol.es.md`.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup
from nightdesk_contract.outcome import ENGLISH
from nightdesk_contract.texts import TextsError

from nightdesk_desk.dialled import dialled
from nightdesk_desk.visitor_language import SPANISH
from nightdesk_desk.words import Words

FILE = "crisis-protocol.md"
FILES = {ENGLISH: FILE, SPANISH: "crisis-protocol.es.md"}
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class Protocol:
    """The document, read once; what it says of the clinic is filled in whenever it is asked for.

    Fields are those of `Words.fill`; {place} and {checked} of the crisis lines; {owner}, as
    `Words.crisis_owner` gives it; {emergency_wait} and
    {crisis_wait}, the seconds that staff in a chat have to answer; and {emergency_seen},
    {crisis_seen} and {medical_seen}, the minutes until staff should have seen a hand-over.
    """

    def __init__(self, folder: Path, words: Words, language: str = ENGLISH) -> None:
        """Read the document of a language in `folder`.

        Raises TextsError when it is not there, does not begin with its title, or has a field that
        is not known.
        """
        path = folder / FILES[language]
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise TextsError(
                f"{path}: this page, what the chat does in a crisis, cannot be read "
                f"({type(error).__name__}). NIGHTDESK_DOCS is the folder that it lies in."
            ) from error
        self._words, self._language = words, language
        # Markup in the document is shown as text: what comes out is made here alone.
        self._markdown = MarkdownIt("commonmark", {"html": False})
        self._markdown.add_render_rule("text", _text)
        tokens = self._markdown.parse(_COMMENT.sub("", text))
        if [token.tag for token in tokens[:3]] != ["h1", "", "h1"]:
            raise TextsError(f"{path.name}: must begin with its title (# …)")
        self._title, self._body = tokens[1].content, tokens[3:]
        for token in self._body:
            token.children = _whole_texts(token.children or [])
        try:
            self.html()
        except (KeyError, IndexError, ValueError) as error:
            raise TextsError(f"{path.name}: has a field that is not known ({error})") from error

    @property
    def title(self) -> str:
        """The document's title, plain."""
        return self._title

    def html(self) -> Markup:
        """Give all below the title, with the numbers as links."""
        rendered = self._markdown.renderer.render(
            self._body, self._markdown.options, {"words": self._words, "language": self._language}
        )
        # Escaped by the renderer, and by `dialled` where the clinic's words are put in.
        return Markup(rendered)  # noqa: S704


def _text(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: Any, env: Any
) -> str:
    words: Words = env["words"]
    language: str = env["language"]
    lines, waits = words.lines, words.clinic.staff_answer_seconds
    seen = words.clinic.staff_times
    text = words.fill(
        tokens[index].content,
        language,
        owner=words.crisis_owner(language),
        place=lines.place_in(language),
        checked=words.day(lines.last_verified, language),
        emergency_wait=str(waits["P0"]),
        crisis_wait=str(waits["P1"]),
        emergency_seen=str(seen["P0"]),
        crisis_seen=str(seen["P1"]),
        medical_seen=str(seen["P2"]),
    )
    return dialled(text, lines, words.clinic.phone)


def _whole_texts(pieces: Sequence[Token]) -> list[Token]:
    """Join texts over line ends: in "or text", line end, "988", the number is one to text."""
    joined: list[Token] = []
    for piece in pieces:
        if piece.type == "softbreak":
            piece = Token("text", "", 0, content=" ")
        if piece.type == "text" and joined and joined[-1].type == "text":
            joined[-1].content += piece.content
        else:
            joined.append(piece)
    return joined
