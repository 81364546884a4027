"""Trigger words are marked; the visitor's words are never lost, changed or run as markup."""

import pytest

from nightdesk_desk.staff.marks import Piece, pieces

TEXT = "I want to die tonight"


def marked(text: str, spans: list[tuple[int, int]]) -> str:
    return "".join(f"[{p.text}]" if p.marked else p.text for p in pieces(text, spans))


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ([], "I want to die tonight"),
        ([(2, 13)], "I [want to die] tonight"),
        ([(0, 21)], "[I want to die tonight]"),
        ([(14, 21), (2, 6)], "I [want] to die [tonight]"),
        ([(2, 10), (7, 13)], "I [want to die] tonight"),
        ([(2, 13), (7, 9)], "I [want to die] tonight"),
        ([(2, 6), (6, 9)], "I [want to] die tonight"),
        ([(2, 6), (2, 6)], "I [want] to die tonight"),
        ([(14, 900)], "I want to die [tonight]"),
        ([(-5, 1)], "[I] want to die tonight"),
        ([(30, 40), (5, 5), (9, 3)], "I want to die tonight"),
        ([(1, 14), (13, 14)], "I [want to die] tonight"),
        ([(6, 7)], "I want to die tonight"),
    ],
)
def test_marks(spans: list[tuple[int, int]], shown: str) -> None:
    assert marked(TEXT, spans) == shown


def test_offsets_count_characters_not_bytes() -> None:
    assert marked("😔😔 help me", [(3, 7)]) == "😔😔 [help] me"


def test_markup_stays_text() -> None:
    text = "<b>die</b>"
    assert pieces(text, [(3, 6)]) == [
        Piece("<b>", False),
        Piece("die", True),
        Piece("</b>", False),
    ]


def test_empty_message_and_broken_span() -> None:
    assert pieces("", [(0, 4)]) == []
    assert pieces(TEXT, [[1]]) == [Piece(TEXT, False)]
