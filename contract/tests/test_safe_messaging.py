"""Safe messaging: each rule finds what it is about and leaves the rest alone."""

import pytest

from nightdesk_contract.checked_yaml import FileError
from nightdesk_contract.safe_messaging import load_rules, unsafe_words

RULES = load_rules()
BY_ID = {rule.id: rule for rule in RULES}


@pytest.mark.parametrize(
    ("rule", "text"), [(rule.id, text) for rule in RULES for text in rule.finds]
)
def test_a_rule_finds(rule, text):
    assert BY_ID[rule].found_in(text)


@pytest.mark.parametrize(
    ("rule", "text"), [(rule.id, text) for rule in RULES for text in rule.leaves]
)
def test_a_rule_leaves_alone(rule, text):
    assert BY_ID[rule].found_in(text) == ""


@pytest.mark.parametrize("rule", RULES, ids=BY_ID)
def test_every_pattern_of_a_rule_has_a_sentence_that_it_finds(rule):
    for pattern in rule.patterns:
        assert any(pattern.search(text) for text in rule.finds), pattern.pattern
        assert not pattern.search("")


def test_each_rule_has_a_name_of_its_own():
    assert len(BY_ID) == len(RULES) >= 12


@pytest.mark.parametrize(
    "text", ["he COMMITTED\n  suicide", "don\u2019t worry", "you\u2019ll be fine", "Just call."]
)
def test_lines_case_and_curly_quotes_hide_nothing(text):
    assert unsafe_words(text, RULES, in_crisis=True)


def test_a_rule_for_crisis_texts_is_for_these_alone():
    (found,) = unsafe_words("You can just ask.", RULES, in_crisis=True)
    assert (found.rule.id, found.words) == ("just", "just")
    assert unsafe_words("You can just ask.", RULES, in_crisis=False) == []


def test_the_words_that_were_found_are_told_as_they_stand():
    (found,) = unsafe_words("They committed a suicide.", RULES, in_crisis=False)
    assert found.words == "committed a suicide"


def test_a_pattern_that_is_none_is_named_with_its_line(tmp_path):
    path = tmp_path / "rules.yml"
    path.write_text(
        "rules:\n- id: a\n  patterns: ['(']\n  why: w\n  instead: i\n  finds: [a]\n  leaves: [b]\n"
    )
    with pytest.raises(FileError, match=r"line 3: rules\.0\.patterns\.0: found '\('"):
        load_rules(path)
