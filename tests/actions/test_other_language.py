"""The reply to a message in another language, from the data files to what the desk reads."""

import shutil

import pytest
from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.action_other_language import ActionOtherLanguage, reply_for, texts_for
from nightdesk.language.texts import LanguageText
from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.outcome import read_replies
from tests.data.reading import read

TEXTS = {"generic": LanguageText("English.", "Person"), "es": LanguageText("Español.", "Persona")}


@pytest.fixture(autouse=True)
def fresh_texts():
    texts_for.cache_clear()
    yield
    texts_for.cache_clear()


def sent(language: str | None) -> dict:
    message = {"intent": {"name": "other_language"}, "text": "x"}
    if language:
        message["language"] = language
    tracker = Tracker("visitor", {}, message, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    assert ActionOtherLanguage().run(dispatcher, tracker, {}) == []
    (found,) = dispatcher.messages
    return found


def shown(language: str | None):
    """Give what the desk makes of it, by way of Rasa's own filling-in of responses."""
    response = {k: v for k, v in sent(language).items() if k in ("response", "answer", "button")}
    generator = TemplatedNaturalLanguageGenerator(read("domain.yml")["responses"])
    name = response.pop("response")
    filled = generator.generate_from_slots(name, {"safety": None}, "rest", **response)
    custom = filled.pop("custom")
    (message,) = read_replies([filled, {"custom": custom}])
    return message


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("es", ("Español.", "Persona")),
        ("sw", ("English.", "Person")),
        (None, ("English.", "Person")),
        ("", ("English.", "Person")),
    ],
)
def test_a_language_without_words_of_its_own_gets_the_generic_ones(language, reply):
    assert reply_for(language, TEXTS) == reply


@pytest.mark.parametrize("language", [*read("data/texts/languages.yml"), "sw", None])
def test_the_desk_shows_the_words_the_numbers_and_one_button(language):
    message = shown(language)
    rows = read("data/texts/languages.yml")
    row = rows.get(language, rows["generic"])
    assert message.outcome == "unknown"
    assert message.quick_replies == [row["button"]]
    assert message.text[:12] == row["text"][:12]
    assert "911" in message.text
    assert "988" in message.text
    assert "{" not in message.text


def test_spanish_says_which_key_and_which_word():
    text = shown("es").text
    assert "llamar al 988 y oprimir 2" in text
    assert "enviar AYUDA en un mensaje de texto al 988" in text


@pytest.mark.parametrize("language", read("data/texts/languages.yml"))
def test_in_another_country_its_own_lines_are_said(language):
    text = texts_for("GB")[language].text
    for said in ("999", "116 123", "SHOUT", "85258"):
        assert said in text
    for foreign in ("911", "988", "AYUDA"):
        assert foreign not in text


def test_a_yes_after_it_is_for_the_offered_person():
    custom = read("domain.yml")["responses"]["utter_other_language"][0]["custom"]
    assert custom["offers"] == "staff"


def test_numbers_come_from_the_crisis_lines_alone(tmp_path, monkeypatch, root):
    shutil.copytree(root / "data/texts", tmp_path / "texts")
    (tmp_path / "safety").mkdir()
    lines = (root / "data/safety/crisis_lines.yml").read_text(encoding="utf-8")
    changed = lines.replace("911", "112").replace("988", "555")
    (tmp_path / "safety" / "crisis_lines.yml").write_text(changed, encoding="utf-8")
    monkeypatch.setenv("NIGHTDESK_DATA", str(tmp_path))
    for text in texts_for("US").values():
        assert "112" in text.text
        assert "555" in text.text
        assert "911" not in text.text
        assert "988" not in text.text


def test_a_country_without_lines_is_a_fault_and_so_ends_at_a_person():
    with pytest.raises(FileError):
        texts_for("ZZ")
