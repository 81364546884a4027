"""What of a contact form is words, and what may be a plain name."""

import unicodedata
from pathlib import Path

import pytest
from nightdesk_contract.outcome import BotReply, Level
from nightdesk_contract.texts import TextsError

from nightdesk_desk.contact_words import Judged, judged
from nightdesk_desk.form_words import NotNames, Part, Verdict, parts_of, verdict_of
from nightdesk_desk.settings import PROJECT_ROOT

NOT_NAMES = NotNames.load(PROJECT_ROOT / "data" / "safety" / "not_names.yml")


@pytest.mark.parametrize(
    "text",
    [
        "Ana",
        "ana lopez",
        "Ana Lopez",
        "JOHN SMITH",
        "Smith, John",
        "Mary-Jane O'Neil",
        "Sean O\u2019Connor",
        "J. R. R. Tolkien",
        "Maria I Lopez",
        "Dr. Lee",
        "Martin Luther King Jr.",
        "Jos\u00e9 Mar\u00eda de la Cruz",
        "Jo\u00e3o da Concei\u00e7\u00e3o dos Santos",
        "Fran\u00e7ois D'Argent",
        "J\u00fcrgen von der Heide",
        "Nguy\u1ec5n Th\u1ecb My",
        "Nguy\u1ec5n Th\u1ebf Anh",
        "Chukwuemeka Okonkwo-Adeyemi",
        "Sa\u00efd bin Omar",
        "\u674e\u5c0f\u9f99",
        "\u041e\u043b\u044c\u0433\u0430 \u0418\u0432\u0430\u043d\u043e\u0432\u0430",
        "Will Hope",
        "Grace Love",
        "Art Child",
        "Killian Skillman",
        "Socorro Dolores",
        "Im Soon-ja",
        "+1 (555) 010-0123",
        "555 010 0123 ext. 4",
        "12",
        "\U0001f600",
        "ana@example.org",
        "ana.maria.lopez+desk@mail.example.org",
        "info@help.example",
    ],
)
def test_a_name_a_number_and_an_address_are_plain(text: str) -> None:
    assert NOT_NAMES.is_plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "Help Me",
        "HELP",
        "I Want To Die",
        "want to die",
        "Kill Me",
        "Please Help",
        "Nobody",
        "Nobody, I want to die",
        "I Give Up",
        "I Jump",
        "I'm Done",
        "I\u2019m done",
        "Im Dying",
        "Cant Anymore",
        "No More",
        "Goodbye Everyone",
        "kms",
        "K1ll Myself",
        "s u i c i d e",
        "iwanttodie",
        "Suicidal",
        "took too many pills",
        "Dead Tomorrow",
        "Quiero Morir",
        "Ay\u00fadame",
        "No puedo",
        "Je veux mourir",
        "Aidez-moi",
        "Quero Morrer",
        "N\u00e3o aguento",
        "Ich will sterben",
        "Hilfe",
        "how much ketamine",
        "call me tonight",
        "one two three four five six",
        "x" * 61,
        "Ana \U0001f52a",
        "Ana (she)",
        "help.me@example.org",
        "i-want-to-die@example.org",
        "ana@nowhere",
    ],
)
def test_words_are_not_plain(text: str) -> None:
    assert not NOT_NAMES.is_plain(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ana Lopez", "Ana Lopez"),
        ("+1 (555) 010-0123", None),
        ("555 010 0123 x12", None),
        ("12", None),
        ("call me", "call me"),
        ("ana@example.org", None),
        ("ana.lopez@mail.example.co.uk", "ana lopez mail example co uk"),
        ("ana.lopez@mail.example.org", None),
        ("i-want-to-die@example.org", "i want to die example org"),
        ("help.me@example.org", "help me example org"),
        ("i@want.to.die", "i want to die"),
        ("iwanttodie@example.org", "iwanttodie example org"),
        ("not an address @ all", "not an address @ all"),
    ],
)
def test_what_has_words_is_judged(text: str, expected: str | None) -> None:
    assert NOT_NAMES.judged(text) == expected


def test_all_texts_of_a_form_are_judged_as_one_message() -> None:
    values = ["Ana", "+1 555 010 0123", "i want", None, True, 7, ["x"], "", " \u200b", "to\ndie"]
    assert parts_of(values, NOT_NAMES) == [Part("Ana\ni want\nto die", plain=False)]


def test_a_form_of_plain_texts_is_plain() -> None:
    assert parts_of(["Ana", "Ana Lopez"], NOT_NAMES) == [Part("Ana\nAna Lopez", plain=True)]
    assert parts_of(["555 010 0123", "ana@example.org", True], NOT_NAMES) == []


def test_hidden_characters_and_commands_are_taken_out() -> None:
    assert parts_of(["/restart"], NOT_NAMES) == [Part("restart", plain=False)]
    assert parts_of(["i want to d\u200bie"], NOT_NAMES) == [Part("i want to die", plain=False)]


@pytest.mark.parametrize("word", ["word", "x" * 700, "y" * 2500, "\u0958"])
def test_long_texts_are_cut_into_messages_and_none_is_lost(word: str) -> None:
    text = " ".join([word] * 1500)[:6500].strip() + " i want to die"
    parts = parts_of([text], NOT_NAMES)
    assert all(0 < len(part.text) <= 2000 and not part.plain for part in parts)
    assert parts[-1].text.endswith("i want to die")
    assert len(parts) > 1
    kept = "".join("".join(part.text for part in parts).split())
    assert kept == "".join(unicodedata.normalize("NFC", text).split())


def test_texts_that_do_not_fit_together_are_judged_apart() -> None:
    parts = parts_of(["a" * 1500, "b" * 1500, "Ana"], NOT_NAMES)
    assert [part.text for part in parts] == ["a" * 1500, "b" * 1500 + "\nAna"]


def reply(outcome: str, level: Level | None = None) -> BotReply:
    return BotReply("text", outcome, level=level)


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        (None, "not_judged"),
        ([], "not_judged"),
        ([reply("unknown")], "harmless"),
        ([reply("handover:request", "P3")], "harmless"),
        ([reply("handover:medical_advice", "P2")], "medical_advice"),
        ([reply("handover:crisis", "P0")], "crisis"),
        ([reply("handover:bot_unavailable", "P1")], "not_judged"),
        ([reply("handover:bot_unavailable", "P1"), reply("handover:crisis", "P1")], "crisis"),
        ([reply("handover:medical_advice", "P2"), reply("handover:bot_unavailable")], "not_judged"),
        ([reply("smalltalk"), reply("handover:crisis", "P1")], "crisis"),
    ],
)
def test_the_verdict_is_the_most_serious(replies: list[BotReply] | None, expected: Verdict) -> None:
    assert verdict_of(replies) == expected


@pytest.mark.parametrize(
    ("part", "verdict", "expected"),
    [
        (Part("Ana", True), "harmless", Judged()),
        (Part("too long a name", False), "harmless", Judged()),
        (Part("Ana", True), "crisis", Judged(("Ana",), crisis=True)),
        (Part("x", False), "medical_advice", Judged(("x",))),
        (Part("Ana", True), "not_judged", Judged(not_judged=True)),
        (Part("help", False), "not_judged", Judged(("help",), not_judged=True)),
    ],
)
def test_what_becomes_of_the_words(part: Part, verdict: Verdict, expected: Judged) -> None:
    assert judged([part], [verdict]) == expected


@pytest.mark.parametrize(
    "text",
    ["", "- help", "words: help\n", "words: {en: [help]}\ninside: x", "words: [", "inside: x"],
)
def test_a_broken_list_stops_the_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "not_names.yml"
    path.write_text(text)
    with pytest.raises(TextsError, match=r"not_names\.yml"):
        NotNames.load(path)
