"""The texts of a page as its readers see them, out of Markdown or an HTML template."""

import re
from html.parser import HTMLParser


def paragraphs(document: str) -> list[str]:
    """Give a Markdown document's headings, paragraphs and list items as plain text."""
    text = re.sub(r"<!--.*?-->", "", document, flags=re.DOTALL)
    # A list item begins a text of its own, like a blank line.
    parts = re.split(r"\n\s*\n|\n(?=(?:[-*]|\d+\.) )", text)
    plain = (re.sub(r"^\s*(?:[-*]|\d+\.|#+) |\*\*|\[|\]\([^)]*\)", "", part) for part in parts)
    return [flat for part in plain if (flat := " ".join(part.split()))]


def blocks(template: str) -> list[str]:
    """Give the texts of an HTML page (a Jinja template): one for each block, and of attributes."""

    # Words within an expression ({{ dial("Call " ~ lines.emergency) }}) are read, the rest is not.
    def words(expression: "re.Match[str]") -> str:
        quoted = re.findall(r'"([^"]*)"', expression.group(1))
        return " it ".join(quoted) if quoted else " it "

    text = re.sub(r"\{%.*?%\}|\{#.*?#\}", " ", template, flags=re.DOTALL)
    reader = _HtmlTexts()
    reader.feed(re.sub(r"\{\{(.*?)\}\}", words, text, flags=re.DOTALL))
    reader.close()
    return reader.texts


class _HtmlTexts(HTMLParser):
    """The texts of a page: one for each block, and what is read out of attributes."""

    _INLINE = frozenset({"a", "abbr", "b", "br", "code", "em", "i", "small", "span", "strong"})
    _READ = frozenset({"alt", "aria-label", "placeholder", "title"})
    _SILENT = frozenset({"script", "style"})

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._silent = False
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what its attributes say; a new block ends the text before it."""
        self._between(tag)
        self._silent = tag in self._SILENT
        self.texts += [value for name, value in attrs if name in self._READ and value]

    def handle_endtag(self, tag: str) -> None:
        """End the text of a block."""
        self._between(tag)
        self._silent = False

    def handle_data(self, data: str) -> None:
        """Take a piece of text."""
        if not self._silent:
            self._parts.append(data)

    def close(self) -> None:
        """Take the last text."""
        super().close()
        self._between("")

    def _between(self, tag: str) -> None:
        if tag in self._INLINE:
            self._parts += [" "] if tag == "br" else []
            return
        text = " ".join("".join(self._parts).split())
        self._parts = []
        # A dash or a number between two expressions is no text.
        if re.search(r"[^\W\d_]", text):
            self.texts.append(text)
