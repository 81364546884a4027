"""Messages that do nothing but wave off what was said before, and those that say more."""

import pytest

from nightdesk.policies.take_backs import LONGEST, TakeBacks
from nightdesk_contract.checked_yaml import FileError
from tests.data.reading import ROOT, examples

TAKE_BACKS = TakeBacks.load(ROOT / "data" / "safety" / "take_backs.yml")


@pytest.mark.parametrize(
    "message",
    [
        "I'm fine",
        "i\u2019m FINE!!",
        "im ok now, thanks",
        "no, I'm fine",
        "no im really fine i promise",
        "I'm safe",
        "yes i am safe",
        "safe",
        "just kidding",
        "lol just kidding",
        "JK",
        "jk jk",
        "haha i was only joking",
        "lol never mind",
        "nvm",
        "never mind, i'm good",
        "ignore that",
        "please ignore what i said",
        "forget it",
        "forget i said anything",
        "it was a joke",
        "that was just a bad joke sorry",
        "i didn't mean it",
        "didn't really mean that lol",
        "i was just venting, sorry",
        "don't worry about me",
        "it's nothing",
        "all good",
        "no worries, all good here",
        "i won't do it",
        "false alarm",
        "sorry, wrong chat",
        "i'm just tired",
        "only testing you bot",
        "estoy bien, gracias",
        "era broma",
        "no es nada, olv\u00eddalo",
        "je vais bien",
        "c'\u00e9tait une blague",
        "estou bem",
        "foi brincadeira",
        "mir geht's gut",
        "war nur Spa\u00df",
    ],
)
def test_it_is_a_take_back_and_nothing_else(message):
    assert TAKE_BACKS.takes_back(message)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "?!",
        "no",
        "yes",
        "ok",
        "lol",
        "thanks",
        "i'm fine, what does a session cost?",
        "is it safe",
        "is ketamine safe",
        "never mind, how long does it take",
        "i'm not fine",
        "i am not safe",
        "not kidding",
        "i'm not joking",
        "don't ignore me",
        "i was joking about the price but i want to die",
        "my son is fine now but he took pills",
        "what do you do for depression",
        "just",
        "i'm good at hiding it",
        "fine. " * LONGEST,
        "i'm just tired of living",
    ],
)
def test_what_says_more_or_nothing_is_read_as_usual(message):
    assert not TAKE_BACKS.takes_back(message)


def test_no_question_that_we_know_is_one():
    asked = [
        line
        for intent, lines in examples().items()
        if intent.startswith(("faq_", "logistics_", "not_in_source_"))
        for line in lines
    ]
    assert len(asked) > 5000
    assert [line for line in asked if TAKE_BACKS.takes_back(line)] == []


@pytest.mark.parametrize(
    "message", ["i am " * 24, "just " * 24, "no " * 40, "ok ok " * 20 + "x", "im just " * 15 + "!"]
)
def test_long_rows_of_its_words_end_soon(message):
    TAKE_BACKS.takes_back(message)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "found nothing; allowed: a mapping"),
        ("- a", "found a list; allowed: a mapping"),
        ("phrases: [a]", "line 1: fillers: found nothing"),
        ("phrases: 5\nfillers: [b]", "line 1: phrases: found 5; allowed: a list of regular"),
        ("phrases: [a]\nfillers: [no]", "line 2: fillers.0: found False; allowed: a regular"),
        ("phrases: [a]\nfillers: [b]\nphrases: [c]", "line 3: phrases: found the same key again"),
        (
            "fillers: [b]\nphrases:\n- a\n- '(a'",
            "line 4: phrases.1: found '(a'; allowed: a regular",
        ),
        # Every row of fillers would take back what was said before.
        (
            "phrases: [a, 'b*']\nfillers: [b]",
            "line 1: phrases.1: found 'b*'; allowed: an expression",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_line(tmp_path, content, says):
    path = tmp_path / "take_backs.yml"
    path.write_text(content)
    with pytest.raises(FileError) as refused:
        TakeBacks.load(path)
    assert says in str(refused.value)
