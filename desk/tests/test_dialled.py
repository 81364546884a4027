"""Numbers in the text of a page, to be tapped."""

import re
from dataclasses import replace

import pytest
import yaml
from nightdesk_contract.crisis_lines import CrisisLines, load_all_crisis_lines

from nightdesk_desk.dialled import dialled
from nightdesk_desk.settings import PROJECT_ROOT

DATA = PROJECT_ROOT / "data"
COUNTRIES = load_all_crisis_lines(DATA / "safety" / "crisis_lines.yml")
LINES = COUNTRIES["US"]
LANGUAGES = yaml.safe_load((DATA / "texts" / "languages.yml").read_text(encoding="utf-8"))


def links(text: str, lines: CrisisLines) -> list[str]:
    return re.findall(r'href="([^"]*)"', dialled(text, lines))


def tel(number: str) -> str:
    return "tel:" + re.sub(r"\D", "", number)


def sms(lines: CrisisLines, language: str = "") -> str:
    """Give the address that begins a message to the crisis line, as `language` has it."""
    word, number = lines.message()
    if lines.country == "US" and language == "es":
        word = "AYUDA"
    return tel(number).replace("tel", "sms") + (f"?body={word}" if word else "")


def test_call_and_text_are_told_apart() -> None:
    assert dialled("In danger, call 911. Or call 988 or text 988.", LINES) == (
        'In danger, call <a href="tel:911">911</a>. '
        'Or call <a href="tel:988">988</a> or <a href="sms:988">text 988</a>.'
    )


def test_either_way_is_one_link_each() -> None:
    assert dialled("You can call or text 988.", LINES) == (
        'You can <a href="tel:988">call</a> or <a href="sms:988">text 988</a>.'
    )


@pytest.mark.parametrize("lines", COUNTRIES.values(), ids=lambda lines: lines.country)
class TestEveryCountry:
    @pytest.mark.parametrize("language", LINES.reach)
    def test_its_line_is_called_and_texted(self, lines: CrisisLines, language: str) -> None:
        emergency = tel(lines.emergency)
        both = [tel(lines.crisis_call), sms(lines, language)]
        said = f"({lines.emergency}) You can {lines.reach[language]}, or {lines.emergency}."
        assert links(said, lines) == [emergency, *both, emergency]

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_so_it_is_in_every_other_language(self, lines: CrisisLines, language: str) -> None:
        word, number = lines.message()
        row = LANGUAGES[language]
        own = row.get("reach_by_word" if word else "reach", "")
        reach = own.format(call=lines.crisis_call, word=word, number=number)
        reach = reach or lines.reach.get(language, lines.reach["en"])
        said = row["text"].format(emergency=lines.emergency, reach=reach)
        both = [tel(lines.crisis_call), sms(lines, language)]
        assert links(said, lines) == [*both, tel(lines.emergency)]

    def test_what_is_only_to_be_texted_is_texted(self, lines: CrisisLines) -> None:
        assert links(f"you can {lines.write} instead", lines) == [sms(lines)]

    def test_help_of_other_kinds_is_called(self, lines: CrisisLines) -> None:
        for text in lines.poison_help.values():
            assert links(text, lines) == [tel(lines.poison)]
        if lines.abuse_help:
            assert links(lines.abuse_help, lines)[0] == tel(lines.abuse_call)


def test_a_word_and_a_number_of_another_line_are_texted() -> None:
    assert links(LINES.abuse_help, LINES) == ["tel:18007997233", "sms:88788?body=START"]


def test_a_number_said_in_another_sentence_is_called_again() -> None:
    assert links("Llame al 988. Si puede, llame al 988.", LINES) == ["tel:988", "tel:988"]


def test_a_country_without_a_line_to_text() -> None:
    lines = replace(LINES, crisis_text="")
    assert links("text us, or call 988", lines) == ["tel:988"]


def test_number_within_another_is_left_alone() -> None:
    assert dialled("1988, 9112, x911, 988.50", LINES) == "1988, 9112, x911, 988.50"


def test_everything_else_is_escaped() -> None:
    assert dialled("<b>911</b> & more", LINES) == (
        '&lt;b&gt;<a href="tel:911">911</a>&lt;/b&gt; &amp; more'
    )


def test_a_message_that_begins_with_a_word() -> None:
    assert dialled("text SHOUT to 85258", COUNTRIES["GB"]) == (
        '<a href="sms:85258?body=SHOUT">text SHOUT to 85258</a>'
    )


def test_the_clinics_phone_is_dialled_too_where_it_is_given() -> None:
    assert dialled("Ring (555) 010-0142.", LINES) == "Ring (555) 010-0142."
    assert dialled("Ring (555) 010-0142.", LINES, "(555) 010-0142") == (
        'Ring <a href="tel:5550100142">(555) 010-0142</a>.'
    )
