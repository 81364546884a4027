"""Where documents, passages and the manifest differ: pure rules, and each difference is named."""

from collections.abc import Iterable, Iterator, Sequence

from nightdesk_contract.answers import AddedAnswer
from nightdesk_contract.findings import Finding
from nightdesk_contract.problems import shown
from nightdesk_contract.sources import (
    DATA,
    FILE,
    FoundDocument,
    ListedDocument,
    document_hash,
    folded,
    passage_hash,
    stands_in,
)

RENEW = "`nightdesk sources hash --write`"


def document_findings(listed: ListedDocument, found: FoundDocument) -> Iterator[Finding]:
    """Give what differs between the manifest, the document and its passages."""
    inside = DATA + listed.passages_in
    if listed.title != found.title:
        yield Finding("title", inside, "document", shown(found.title), shown(listed.title))
    now, noted = document_hash(found.content), listed.sha256
    yield from _hash_findings("document", DATA + listed.file, "(whole file)", now, noted)
    known = {passage.id: passage for passage in listed.passages}
    for id, entry in known.items():
        if id not in found.passages:
            allowed = f"the passage, or none in {DATA}{FILE} ({RENEW})"
            yield Finding("passage_missing", inside, id, "no such passage", allowed)
        else:
            now = passage_hash(found.passages[id].text)
            yield from _hash_findings("passage", inside, id, now, entry.sha256)
    for id, passage in found.passages.items():
        if id not in known:
            allowed = f"passages that {DATA}{FILE} lists ({RENEW})"
            yield Finding("passage_extra", inside, id, "a passage more", allowed)
        if not stands_in(passage, found.text):
            allowed = f"words as they stand in {DATA}{listed.file}"
            words = shown(folded(passage.text))
            yield Finding("not_in_document", inside, id, words, allowed)


def twice_findings(
    documents: Sequence[tuple[ListedDocument, FoundDocument]],
) -> Iterator[Finding]:
    """Give the passages of a further document whose id another one has: the first would be shown.

    A manifest that lists an id twice could not be read again.
    """
    seen: dict[str, str] = {}
    for listed, found in documents:
        for id in found.passages:
            first = seen.setdefault(id, listed.passages_in)
            if first != listed.passages_in:
                there = f"the id of a passage in {DATA}{first}"
                inside = DATA + listed.passages_in
                yield Finding("id_taken", inside, id, there, "an id that no passage has")


def unlisted_findings(
    served: Iterable[str], documents: Sequence[tuple[ListedDocument, FoundDocument]]
) -> Iterator[Finding]:
    """Give the passages that answers are shown with and no document has, and the other way round.

    `served` are the ids of the passages that a running system reads.
    """
    shown_with = set(served)
    checked = {id: listed for listed, found in documents for id in found.passages}
    for id in sorted(shown_with - set(checked)):
        allowed = f"passages of a document in {DATA}{FILE}"
        yield Finding("passage_unlisted", DATA + FILE, id, "a passage of no document", allowed)
    for id in sorted(set(checked) - shown_with):
        allowed = "data/source/passages.yml or data/source/<name>.passages.yml: others are not read"
        yield Finding("passage_not_read", DATA + FILE, id, DATA + checked[id].passages_in, allowed)


def added_findings(
    added: Iterable[AddedAnswer], documents: Sequence[tuple[ListedDocument, FoundDocument]]
) -> Iterator[Finding]:
    """Give the passages of added answers that do not stand in the listed document that they name.

    What rests on a document that is not listed cannot be compared. An added passage must not have
    the id of a document's either: it would stand in its place.
    """
    ids = {id for _, found in documents for id in found.passages}
    texts = {found.title: (listed.file, found.text) for listed, found in documents}
    for answer in added:
        file, passage = f"{DATA}answers/{answer.topic}.yml", answer.passage
        if passage.id in ids:
            allowed = "a name that no passage has"
            yield Finding("id_taken", file, "(file name)", shown(passage.id), allowed)
        if passage.document in texts:
            name, text = texts[passage.document]
            if not stands_in(passage, text):
                allowed = f"words as they stand in {DATA}{name}"
                words = shown(folded(passage.text))
                yield Finding("not_in_document", file, "source.text", words, allowed)


def _hash_findings(kind: str, file: str, key: str, now: str, noted: str) -> Iterator[Finding]:
    if not noted:
        yield Finding(
            f"{kind}_unhashed", file, key, "no hash yet", f"one in {DATA}{FILE} ({RENEW})"
        )
    elif now != noted:
        allowed = f"{noted[:12]}…, or the new one after a look at the answers ({RENEW})"
        yield Finding(f"{kind}_changed", file, key, f"SHA-256 {now[:12]}…", allowed)
