"""Only the clinic's own pages use the chat, where clinic.yml names them; nobody is left alone."""

import os

import httpx
import pytest
from desk_in_process import Running, Visitor

SITE = "https://www.clinic.example"
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
}
LOOK_ALIKES = [
    *("null", "", "https://clinic.example", "http://www.clinic.example"),
    *("https://www.clinic.example.evil.example", "https://evilwww.clinic.example"),
    *("https://evil.example/https://www.clinic.example", "https://www.clinic.example:8443"),
    *("https://www.clinic.example.", "https://WWW.clinic.example", "https://www.clinic.example/"),
    *("https://www.clinic.example@evil.example", "https://www-clinic.example"),
    *("https://www.clin\u0131c.example", "https://www.xn--clinc-q4a.example", "https://*"),
    *("https://www.clinic.example, https://evil.example", "https://www.clinic.example evil"),
    *("file://", "chrome-extension://abcdef", "https://wwwXclinic.example"),
]


def set_sites(running: Running, *sites: str) -> None:
    path = running.desk.settings.clinic_path
    kept = [line for line in path.read_text().splitlines() if not line.startswith("sites:")]
    if sites:
        kept.append(f"sites: [{', '.join(sites)}]")
    path.write_text("\n".join(kept) + "\n")
    stamp = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(stamp, stamp))
    assert running.desk.words.clinic.sites == sites


def from_(origin: str) -> dict[str, bytes]:
    return {"Origin": origin.encode()}


def refused_kindly(answer: httpx.Response) -> bool:
    assert answer.status_code == 403
    body = answer.json()
    assert body["error"] == "site_not_named"
    for number in ("(555) 010-0199", "911", "988"):
        assert number in body["message"]
    assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-credentials" not in answer.headers
    assert "Origin" in answer.headers["vary"]
    return True


class TestPagesThatAreNotNamed:
    @pytest.mark.parametrize("origin", LOOK_ALIKES, ids=ascii)
    async def test_get_nothing_and_store_nothing(
        self, running: Running, visitor: Visitor, origin: str
    ) -> None:
        set_sites(running, SITE)
        before = await visitor.events()
        headers = from_(origin)
        client = running.client
        assert refused_kindly(await client.get("/api/widget/config", headers=headers))
        for path in ("/api/conversations", f"{visitor.path}/messages"):
            assert refused_kindly(await client.options(path, headers=headers | PREFLIGHT))
        # A page needs no leave to send these: that it may not read the answer is not enough.
        for body in ({"content": b"{}"}, {"content": b""}, {"data": {"text": "x"}}):
            assert refused_kindly(await client.post("/api/conversations", headers=headers, **body))
        own = headers | {"Authorization": f"Bearer {visitor.token}"}
        text = {"text": "I want to die"}
        assert refused_kindly(await client.post(f"{visitor.path}/messages", json=text, headers=own))
        for what in ("events", "stream", "export"):
            assert refused_kindly(await client.get(f"{visitor.path}/{what}", headers=own))
        assert refused_kindly(await client.delete(visitor.path, headers=own))
        assert await visitor.events() == before

    async def test_in_spanish(self, running: Running) -> None:
        set_sites(running, SITE)
        answer = await running.client.post(
            "/api/conversations?lang=es", headers=from_("https://evil.example")
        )
        assert refused_kindly(answer)
        assert "Esta página web no puede usar el chat" in answer.json()["message"]

    async def test_have_the_launcher_which_shows_phone_and_crisis_lines(
        self, running: Running
    ) -> None:
        set_sites(running, SITE)
        for script in ("widget.js", "widget-chat.js", "widget-more.js", "widget-es.js"):
            answer = await running.client.get(f"/{script}", headers=from_("https://evil.example"))
            assert answer.status_code == 200
            assert answer.headers.get_list("access-control-allow-origin") == ["*"]

    async def test_staff_hear_of_it(self, running: Running) -> None:
        set_sites(running, SITE)
        for origin in ("https://clinic.example", "null", "https://clinic.example"):
            await running.client.get("/api/widget/config", headers=from_(origin))
        pages = [(page.origin, page.times) for page in running.desk.turned_away.pages()]
        assert pages == [("https://clinic.example", 2), ("null", 1)]
        figures = (await running.client.get("/metrics")).text
        assert 'nightdesk_refused_total{code="site_not_named"} 3.0' in figures
        assert "clinic.example" not in figures


class TestPagesThatAreNamed:
    async def test_may_ask_and_read(self, running: Running) -> None:
        set_sites(running, SITE, "https://clinic.example:8443")
        for origin in (SITE, "https://clinic.example:8443"):
            allowed = await running.client.options(
                "/api/conversations", headers=from_(origin) | PREFLIGHT
            )
            assert allowed.status_code == 200
            begun = await running.client.post("/api/conversations", headers=from_(origin))
            assert begun.status_code == 201
            wrong = await running.client.get(
                f"/api/conversations/{begun.json()['conversation_id']}/events",
                headers=from_(origin),
            )
            assert wrong.status_code == 401
            too_large = await running.client.post(
                "/api/conversations", headers=from_(origin), content=b"x" * 70_000
            )
            assert too_large.status_code == 413
            for answer in (allowed, begun, wrong, too_large):
                assert answer.headers.get_list("access-control-allow-origin") == [origin]
                assert "Origin" in answer.headers["vary"]
                assert "access-control-allow-credentials" not in answer.headers

    async def test_who_names_no_page_is_no_page(self, running: Running) -> None:
        set_sites(running, SITE)
        answer = await running.client.get("/api/widget/config")
        assert answer.status_code == 200
        # A cache must not give this to a page without the header that it needs.
        assert "Origin" in answer.headers["vary"]
        assert (await running.client.post("/api/conversations")).status_code == 201

    async def test_the_desks_own_pages_have_the_chat(self, running: Running) -> None:
        set_sites(running, SITE)
        for origin in ("http://desk", "https://desk"):
            answer = await running.client.post("/api/conversations", headers=from_(origin))
            assert answer.status_code == 201
        assert refused_kindly(
            await running.client.post("/api/conversations", headers=from_("http://desk:81"))
        )

    async def test_a_change_applies_at_once_and_a_broken_one_does_not(
        self, running: Running
    ) -> None:
        async def status(origin: str) -> int:
            answer = await running.client.get("/api/widget/config", headers=from_(origin))
            return answer.status_code

        set_sites(running, SITE)
        assert await status("https://new.example") == 403
        set_sites(running, "https://new.example")
        assert await status("https://new.example") == 200
        assert await status(SITE) == 403
        path = running.desk.settings.clinic_path
        path.write_text(path.read_text().replace("https://new.example", "new.example/chat"))
        assert await status("https://new.example") == 200
        assert running.desk.words.clinic_file.problems
        set_sites(running)
        assert await status("https://any.example") == 200


class TestWithoutSites:
    @pytest.mark.parametrize("origin", ["null", "https://any.example"])
    async def test_any_page_may_and_no_credentials_are_ever_allowed(
        self, running: Running, visitor: Visitor, origin: str
    ) -> None:
        answers = [
            await running.client.options("/api/conversations", headers=from_(origin) | PREFLIGHT),
            await running.client.post("/api/conversations", headers=from_(origin)),
            await running.client.get("/api/widget/config"),
            await running.client.get(f"{visitor.path}/events", headers=from_(origin)),
        ]
        for answer in answers:
            assert answer.headers.get_list("access-control-allow-origin") == ["*"]
            assert "access-control-allow-credentials" not in answer.headers
        assert running.desk.turned_away.pages() == []


@pytest.mark.parametrize("sites", [(), (SITE,)], ids=["any", "named"])
@pytest.mark.parametrize("path", ["/", "/demo", "/privacy", "/inbox", "/health/live", "/metrics"])
async def test_nothing_else_is_for_pages_of_other_sites(
    running: Running, path: str, sites: tuple[str, ...]
) -> None:
    set_sites(running, *sites)
    for answer in (
        await running.client.get(path, headers=from_(SITE)),
        await running.client.options(path, headers=from_(SITE) | PREFLIGHT),
    ):
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
