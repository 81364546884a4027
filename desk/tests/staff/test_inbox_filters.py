"""A part of the queue, and what it must not hide."""

from staff_people import Calls, SignIn

from nightdesk_desk import held, log
from nightdesk_desk.desk import Desk
from nightdesk_desk.staff.filters import Filters, read_filters


def test_what_is_no_choice_counts_as_not_set() -> None:
    asked = {"level": "P9", "state": "gone", "reason": "crisis", "mine": "perhaps", "other": "x"}
    assert read_filters(asked) == Filters(reason="crisis")
    assert read_filters({"level": ["P1"]}) == Filters()
    assert read_filters({"level": "P1", "mine": "yes"}).query == "?level=P1&mine=yes"
    assert Filters().query == ""


async def test_each_filter_shows_its_part(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, noor = await sign_in(), await sign_in("noor", "Noor")
    crisis, wish = await calls(), await calls("a person please", "P3", "request", ())
    mine, hers = await calls("mine now", "P2", "medical_advice", ()), await calls("hers now", "P2")
    done = await calls("over now", "P2", "medical_advice", ())
    await desk.handovers.take(mine.handover_id, maria.id)
    await desk.handovers.take(hers.handover_id, noor.id)
    await desk.handovers.resolve(done.handover_id, maria.id, note="Done")
    everyone = {"crisis": crisis, "wish": wish, "mine": mine, "hers": hers, "done": done}

    async def shown(query: str) -> set[str]:
        page = (await maria.http.get(f"/inbox{query}")).text
        part = (await maria.http.get(f"/inbox/queue{query}")).text
        lines = {name: f'<h3><a href="{case.url}">' for name, case in everyone.items()}
        found = {name for name, line in lines.items() if line in page}
        # A live update brings the same.
        assert found == {name for name, line in lines.items() if line in part}
        return found

    assert await shown("") == set(everyone)
    assert await shown("?level=P2") == {"mine", "hers", "done"}
    assert await shown("?state=waiting") == {"crisis", "wish"}
    assert await shown("?state=taken") == {"mine", "hers"}
    assert await shown("?state=resolved") == {"done"}
    assert await shown("?reason=request") == {"wish"}
    assert await shown("?mine=yes") == {"mine"}
    assert await shown("?level=P2&reason=medical_advice&state=taken") == {"mine"}


async def test_a_page_keeps_its_filters(sign_in: SignIn, calls: Calls) -> None:
    maria = await sign_in()
    await calls()
    page = (await maria.http.get("/inbox?level=P3&mine=yes&evil=%22%3E")).text
    assert 'hx-get="/inbox/queue?level=P3&amp;mine=yes"' in page
    assert '<option value="P3" selected>' in page
    assert "Show all" in page
    # Who waits is counted whatever is shown, and never said to be nobody.
    assert 'data-waiting="1"' in page
    assert "Nobody is waiting." not in page


async def test_no_filter_hides_an_alarm(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria, case = await sign_in(), await calls()
    await desk.handovers.take(case.handover_id, maria.id)
    async with desk.db.write() as session:
        reply = log.NewEvent("bot", "Please call.", "handover:crisis", level="P1")
        await held.keep(session, case.conversation_id, reply, 1, {"P0": 300, "P1": 300})
    page = (await maria.http.get("/inbox?level=P3")).text
    assert f'id="alarm-{case.conversation_id}"' in page
    assert f'id="case-{case.handover_id}"' not in page


async def test_what_is_new_and_serious_has_a_key(sign_in: SignIn, calls: Calls, desk: Desk) -> None:
    maria = await sign_in()
    crisis, now_ = await calls(), await calls("took them all", "P0")
    wish = await calls("a person please", "P3", "request", ())
    keys = f'data-keys="P0-{now_.handover_id} P1-{crisis.handover_id} " data-title="P0 waiting"'
    for path in ("/inbox", "/inbox?level=P3", wish.url):
        assert keys in (await maria.http.get(path)).text, path
    assert "Nobody has seen this yet: May be in crisis" in (await maria.http.get(wish.url)).text
    await desk.handovers.acknowledge(now_.handover_id, maria.id)
    await desk.handovers.acknowledge(crisis.handover_id, maria.id)
    assert 'data-keys="" data-title=""' in (await maria.http.get("/inbox/queue")).text


async def test_no_filter_or_search_hides_a_crisis_that_nobody_has_seen(
    sign_in: SignIn, calls: Calls
) -> None:
    maria, crisis = await sign_in(), await calls()
    link, said = f'id="call-{crisis.handover_id}"', "Nobody has seen this yet: May be in crisis"
    for path in ("/inbox?level=P3", "/inbox/queue?state=taken", "/inbox?mine=yes"):
        page = (await maria.http.get(path)).text
        assert link in page, path
        assert said in page, path
    assert link in (await maria.post("/inbox/search", q="walrus")).text
    # Where its line stands, it is not said twice.
    assert link not in (await maria.http.get("/inbox?level=P1")).text


async def test_a_seen_case_calls_again_when_it_becomes_a_crisis(
    sign_in: SignIn, calls: Calls, desk: Desk
) -> None:
    maria, case = await sign_in(), await calls("a person please", "P3", "request", ())
    wish = await calls("me too please", "P3", "request", ())
    await desk.handovers.acknowledge(case.handover_id, maria.id)
    await calls("I took them all", "P0", into=case.conversation_id)
    page = (await maria.http.get(wish.url)).text
    assert f'data-keys="P0-{case.handover_id} " data-title="P0 waiting"' in page
    assert "A new alarm has come since somebody saw this" in page
    await desk.handovers.take(case.handover_id, maria.id)
    assert 'data-keys="" data-title=""' in (await maria.http.get(wish.url)).text
