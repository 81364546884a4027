"""How an item stands, for tests."""

from nightdesk_contract.review import State

from nightdesk_desk.answers import Answers


def standing_of(answers: Answers, item: str) -> State:
    """Give how an item stands today; one that is not there is unsigned."""
    found = (s.state for s in answers.review().standings if s.item.id == item)
    return next(found, "unsigned")
