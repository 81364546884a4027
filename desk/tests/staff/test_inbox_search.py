"""Looking for a conversation."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from staff_people import Calls, SignIn

from nightdesk_desk import log
from nightdesk_desk.audit.models import AuditEntry
from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Contact, Event, now
from nightdesk_desk.privacy import keys
from nightdesk_desk.staff import search as searching
from nightdesk_desk.staff.search import asked_words, is_about, plain, with_all_terms

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def test_what_is_too_short_is_not_looked_for() -> None:
    assert asked_words("  a ") == ""
    assert asked_words(" two   words ") == "two words"
    assert len(asked_words("x" * 300)) == searching.LONGEST


@pytest.mark.parametrize(
    ("one", "other"),
    [("Caf\u00e9", "CAFE\u0301"), ("\uff21nna  B", "anna b"), ("\u0130\u0327x", "i\u0327\u0307X")],
)
def test_one_word_in_two_forms_is_the_same_word(one: str, other: str) -> None:
    assert plain(one) == plain(other) == plain(plain(one))


def test_every_word_must_stand_somewhere_in_the_conversation() -> None:
    later = NOW + timedelta(minutes=1)
    messages = [
        ("a", "My SISTER", later),
        ("b", "sister and brother", NOW),
        ("a", "and my Brother", NOW),
        ("c", "only a brother", NOW),
    ]
    assert with_all_terms(["sister", "brother"], messages) == {"a": later, "b": NOW}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("555 010", True),
        ("(555) 010-0199", True),
        ("5550199", False),
        ("01019", False),
        ("jo w", True),
        ("JO", True),
        ("clinic.example", True),
        ("walrus", False),
        ("0199", False),
    ],
)
def test_contact_details(asked: str, found: bool) -> None:
    assert is_about(asked, "Jo Walter", "(555) 010-0199", "jo@clinic.example") is found


async def test_words_names_and_numbers_are_found(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria = await sign_in()
    case, other = await calls("my zebra makes me sad"), await calls("nothing of the kind")
    async with desk.db.write() as session:
        # One that nobody was called to.
        talk, _ = await log.start_conversation(session)
        said = [log.NewEvent("visitor", "A ZEBRA?"), log.NewEvent("bot", "I know no quagga.")]
        await log.append(session, talk, said)
        session.add(
            Contact(conversation_id=other.conversation_id, name="Jo Walter", phone="(555) 010-0199")
        )

    async def found(asked: str, **fields: str) -> set[str]:
        answer = await maria.post("/inbox/search", q=asked, **fields)
        assert answer.status_code == 200
        part = await maria.http.post("/inbox/queue", data={"q": asked, **fields})
        ids = (case.conversation_id, other.conversation_id, talk)
        lines = {one: f'<h3><a href="/inbox/conversations/{one}">' for one in ids}
        shown = {one for one, line in lines.items() if line in answer.text}
        # A live update brings the same.
        assert shown == {one for one, line in lines.items() if line in part.text}
        return shown

    assert await found("zebra") == {case.conversation_id, talk}
    assert await found("zebra", level="P1") == {case.conversation_id}
    assert await found("zebra sad") == {case.conversation_id}
    assert await found("quagga") == set()
    assert await found("walter") == {other.conversation_id}
    assert await found("5550100199") == {other.conversation_id}
    assert await found(talk) == {talk}
    assert await found("z") == {case.conversation_id, other.conversation_id}


async def test_the_texts_are_compared_in_a_thread(
    sign_in: SignIn, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    maria, case = await sign_in(), await calls("my zebra makes me sad")
    where: list[bool] = []
    compare = searching.plain

    def noted(text: str) -> str:
        if "zebra makes" in text:
            where.append(threading.current_thread() is threading.main_thread())
        return compare(text)

    monkeypatch.setattr(searching, "plain", noted)
    for path in ("search", "queue"):
        answer = await maria.http.post(
            f"/inbox/{path}", data={"q": "zebra", "csrf_token": maria.csrf}
        )
        assert case.url in answer.text
    assert where == [False, False]


async def test_more_than_is_read_at_a_time_is_found(
    sign_in: SignIn, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "AT_A_TIME", 2)
    maria, found = await sign_in(), [await calls(f"zebra {n}") for n in range(5)]
    answer = await maria.post("/inbox/search", q="zebra")
    assert all(f'<h3><a href="{case.url}">' in answer.text for case in found)


async def test_a_search_is_noted_without_its_words(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria = await sign_in()
    await calls("my zebra makes me sad")
    answer = await maria.post("/inbox/search", q="zebra")
    # What the page asks for again by itself is not noted again.
    await maria.http.post("/inbox/queue", data={"q": "zebra"})
    async with desk.db.read() as session:
        rows = await session.scalars(
            select(AuditEntry).where(AuditEntry.kind == "conversations_searched")
        )
        [entry] = list(rows)
    assert (entry.staff_id, entry.details) == (maria.id, '{"found":1}')
    # Nor do the words stand in an address: proxies and browsers keep those.
    assert "q=zebra" not in answer.text
    assert 'hx-vals=\'{"q": "zebra"}\'' in answer.text


async def test_no_way_of_searching_is_left_out(sign_in: SignIn, desk: Desk) -> None:
    maria = await sign_in()
    for _ in range(2):
        await maria.http.post("/inbox/queue", data={"q": "zebra"})
    async with desk.db.read() as session:
        kinds = list(await session.scalars(select(AuditEntry.kind)))
    assert kinds.count("conversations_searched") == 1


async def test_what_is_asked_for_is_only_shown_as_text(sign_in: SignIn) -> None:
    maria = await sign_in()
    answer = await maria.post("/inbox/search", q="'><script>alert(1)</script>")
    assert "<script>alert" not in answer.text
    assert 'hx-vals=\'{"q": "\\u0027\\u003e' in answer.text


async def test_the_address_of_a_search_leads_to_the_queue(sign_in: SignIn) -> None:
    maria = await sign_in()
    answer = await maria.http.get("/inbox/search")
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")


async def test_words_of_long_ago_are_not_read(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, case = await sign_in(), await calls("my zebra makes me sad")
    async with desk.db.write() as session:
        old = now() - timedelta(days=searching.DAYS + 1)
        await session.execute(update(Event).values(at=old))
    line = f'<h3><a href="{case.url}">'
    assert line not in (await maria.post("/inbox/search", q="zebra")).text
    assert line in (await maria.post("/inbox/search", q=case.conversation_id)).text


async def test_too_much_to_read_is_said(
    sign_in: SignIn, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    maria = await sign_in()
    for n in range(3):
        await calls(f"zebra {n}")
    assert "too much" not in (await maria.post("/inbox/search", q="zebra")).text
    monkeypatch.setattr(searching, "MOST_READ", 2)
    assert "There is too much to show it all" in (await maria.post("/inbox/search", q="zebra")).text


async def test_what_is_encrypted_is_found_all_the_same(
    sign_in: SignIn, calls: Calls, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(keys.VARIABLE, keys.new_key())
    maria, case = await sign_in(), await calls("my zebra makes me sad")
    await maria.htmx(f"{case.url}/note", text="An okapi, rather")
    await maria.htmx(f"{case.url}/level", level="P0", why="An okapi is worse")
    async with desk.db.read() as session:
        kept = [
            *await session.scalars(text("SELECT text FROM events")),
            *await session.scalars(text("SELECT text FROM private_notes")),
            *await session.scalars(text("SELECT why FROM handover_acts")),
        ]
    assert len(kept) == 3
    assert all(keys.is_encrypted(one) for one in kept)
    found = (await maria.post("/inbox/search", q="zebra")).text
    assert f'<h3><a href="{case.url}">' in found
    page = (await maria.http.get(case.url)).text
    assert "An okapi, rather" in page
    assert "An okapi is worse" in page
