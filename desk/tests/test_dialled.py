"""Numbers in the text of a page, to be tapped."""

from nightdesk_contract.crisis_lines import load_crisis_lines

from nightdesk_desk.dialled import dialled
from nightdesk_desk.settings import PROJECT_ROOT

LINES = load_crisis_lines(PROJECT_ROOT / "data" / "safety" / "crisis_lines.yml", "US")


def test_call_and_text_are_told_apart() -> None:
    assert dialled("In danger, call 911. Or call 988 or text 988.", LINES) == (
        'In danger, call <a href="tel:911">911</a>. '
        'Or call <a href="tel:988">988</a> or text <a href="sms:988">988</a>.'
    )


def test_either_way_is_a_call() -> None:
    assert dialled("call or text 988", LINES) == 'call or text <a href="tel:988">988</a>'


def test_number_within_another_is_left_alone() -> None:
    assert dialled("1988, 9112 and x911", LINES) == "1988, 9112 and x911"


def test_everything_else_is_escaped() -> None:
    assert dialled("<b>911</b> & more", LINES) == (
        '&lt;b&gt;<a href="tel:911">911</a>&lt;/b&gt; &amp; more'
    )


def test_a_message_that_begins_with_a_word() -> None:
    british = load_crisis_lines(PROJECT_ROOT / "data" / "safety" / "crisis_lines.yml", "GB")
    assert dialled("text SHOUT to 85258", british) == (
        'text <a href="sms:85258?body=SHOUT">SHOUT to 85258</a>'
    )


def test_the_clinics_phone_is_dialled_too_where_it_is_given() -> None:
    assert dialled("Ring (555) 010-0142.", LINES) == "Ring (555) 010-0142."
    assert dialled("Ring (555) 010-0142.", LINES, "(555) 010-0142") == (
        'Ring <a href="tel:5550100142">(555) 010-0142</a>.'
    )
