"""What was signed is what stands now: whoever edits signed words has to have them signed again."""

from datetime import date

from nightdesk_contract.review import Signature, load_signatures, review
from nightdesk_contract.signed_pages import load_every_item
from tests.data.reading import ROOT

DATA = ROOT / "data"
DAY = date(2026, 11, 25)


def changed(signatures: dict[str, Signature]) -> list[str]:
    """What has changed since. The clinic edits its own settings while the desk runs: not those."""
    items = load_every_item(ROOT, ROOT / "clinic.yml", DATA, ROOT / "docs")
    return [
        standing.item.id
        for standing in review(items, signatures, DAY).standings
        if standing.state == "changed" and standing.item.group != "clinic"
    ]


def test_nothing_has_changed_since_it_was_signed():
    assert changed(load_signatures(DATA / "review.yml")) == []


def test_what_has_changed_would_be_found():
    items = ("answer:utter_faq_safety", "clinic:cost")
    signatures = {id_: Signature(id_, "text: X", "A", "B", DAY, date(2999, 1, 1)) for id_ in items}
    assert changed(signatures) == ["answer:utter_faq_safety"]
