"""Names under which the desk speaks with Rasa."""

from nightdesk_contract.senders import for_form, for_readiness, forms_of, is_once


def test_names_for_one_question_are_known_as_such_and_never_come_again():
    for make in (for_readiness, lambda: for_form("c_a-b_c")):
        made = {make() for _ in range(20)}
        assert len(made) == 20
        assert all(map(is_once, made))
    assert not is_once("c_a-b_c")


def test_the_forms_of_a_conversation_are_told_from_those_of_another():
    assert for_form("c_a").startswith(forms_of("c_a"))
    assert not for_form("c_ab").startswith(forms_of("c_a"))
