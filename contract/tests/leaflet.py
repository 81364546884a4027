"""A document with two passages, as it lies there and as the manifest lists it."""

from dataclasses import replace

from nightdesk_contract.passages import Passage
from nightdesk_contract.sources import (
    FoundDocument,
    ListedDocument,
    ListedPassage,
    document_hash,
    passage_hash,
)

TEXT = "Leaflet\n\n1. Parking: Park behind\nthe house.\n\n2. Dogs: No dogs."
PARKING = Passage("parking", "Parking", "Park behind the house.", "Leaflet")
DOGS = Passage("dogs", "Dogs", "No dogs.", "Leaflet")
FOUND = FoundDocument(TEXT.encode(), TEXT, "Leaflet", {"parking": PARKING, "dogs": DOGS})
LISTED = ListedDocument(
    title="Leaflet",
    file="source/leaflet.txt",
    passages_in="source/leaflet.passages.yml",
    sha256=document_hash(TEXT.encode()),
    passages=(
        ListedPassage("parking", passage_hash(PARKING.text)),
        ListedPassage("dogs", passage_hash(DOGS.text), "Nobody asks."),
    ),
)


def with_passages(*passages: Passage) -> FoundDocument:
    """Give the document as it would lie there with other passages."""
    return replace(FOUND, passages={passage.id: passage for passage in passages})
