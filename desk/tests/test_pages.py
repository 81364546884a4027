"""The public pages, the widget's script and settings, and the headers on everything."""

import re
from pathlib import Path

import pytest
from desk_in_process import CLINIC, NEVER_OPEN, Running

from nightdesk_desk import pages


async def test_the_widgets_settings(running: Running) -> None:
    config = (await running.client.get("/api/widget/config")).json()
    assert config["clinic"] == {
        "name": "Test Clinic",
        "phone": "(555) 010-0199",
        "hours_text": "Any time",
        "hours_lang": "en",
        "open_now": True,
        "next_opening": None,
        "next_opening_at": None,
    }
    assert config["crisis"] == {
        "emergency": "911",
        "call": "988",
        "press": "",
        "text": "988",
        "chat_url": "https://988lifeline.org/chat/",
        "poison": "1-800-222-1222",
        "country": "US",
        "place": "the US",
    }
    assert config["lang"] == "en"
    assert config["demo_notice"] == "This is demo content."
    assert config["demo_notice_lang"] == "en"
    assert (config["privacy_url"], config["protocol_url"]) == ("/privacy", "/crisis-protocol")


async def test_an_edit_of_the_settings_shows_and_a_broken_one_does_not(running: Running) -> None:
    path = running.desk.settings.clinic_path
    path.write_text(CLINIC.format(hours=NEVER_OPEN).replace("mode: demo", "mode: live"))
    config = (await running.client.get("/api/widget/config")).json()
    assert (config["clinic"]["open_now"], config["demo_notice"]) == (False, None)
    path.write_text("name: [broken")
    again = (await running.client.get("/api/widget/config")).json()
    assert again == config
    assert running.desk.words.clinic_file.problems


@pytest.mark.parametrize("path", ["/privacy", "/crisis-protocol", "/crisis-lines"])
async def test_a_page_is_whole_and_loads_nothing_from_elsewhere(
    running: Running, path: str
) -> None:
    answered = await running.client.get(path)
    assert answered.status_code == 200
    assert "Test Clinic" in answered.text
    assert "This is demo content." in answered.text
    assert "{" not in answered.text
    assert "http" not in answered.text
    assert '<html lang="en">' in answered.text


@pytest.mark.parametrize("path", ["/privacy", "/crisis-protocol", "/crisis-lines"])
async def test_a_page_in_spanish_and_the_way_to_the_other_language(
    running: Running, path: str
) -> None:
    clinic = running.desk.settings.clinic_path
    clinic.write_text(f"{clinic.read_text()}demo_notice_es: Es una demostración.\n")
    spanish = (await running.client.get(path, params={"lang": "es-US"})).text
    english = (await running.client.get(path)).text
    assert '<html lang="es">' in spanish
    assert '<p class="notice">Es una demostración.</p>' in spanish
    assert f'<a href="{path}" hreflang="en" lang="en">This page in English</a>' in spanish
    assert f'<a href="{path}?lang=es" hreflang="es" lang="es">Esta página en español</a>' in english
    assert "{" not in spanish
    assert "http" not in spanish
    # Every heading and every paragraph of the English one, and its numbers.
    for tag in ("<h2>", "<p>", "<li>", "<h3>"):
        assert spanish.count(tag) == english.count(tag)
    for link in ("tel:911", "tel:988", "tel:5550100199"):
        assert (f'"{link}"' in spanish) == (f'"{link}"' in english)


async def test_the_clinics_english_words_on_a_spanish_page_are_marked(running: Running) -> None:
    spanish = (await running.client.get("/privacy?lang=es")).text
    assert '<p class="notice" lang="en">This is demo content.</p>' in spanish


async def test_the_crisis_lines_in_spanish_say_what_a_spanish_speaker_presses_and_texts(
    running: Running,
) -> None:
    page = (await running.client.get("/crisis-lines?lang=es")).text
    for heading in ("Estados Unidos", "El Reino Unido", "Canadá"):
        assert f"<h2>{heading}</h2>" in page
    assert "oprimir 2" in page
    for link in ("tel:988", "sms:988?body=AYUDA", "tel:116123", "sms:85258?body=SHOUT"):
        assert f'href="{link}"' in page
    checked = running.desk.words.lines.last_verified
    assert f"última vez: {checked.day} de " in page


async def test_settings_cannot_put_markup_on_a_page(running: Running) -> None:
    path = running.desk.settings.clinic_path
    path.write_text(path.read_text().replace("Test Clinic", "<script>alert(1)</script>"))
    text = (await running.client.get("/privacy")).text
    assert "<script" not in text
    assert "&lt;script&gt;" in text


async def test_the_root_leads_to_the_demo(running: Running) -> None:
    answered = await running.client.get("/")
    assert (answered.status_code, answered.headers["location"]) == (307, "/demo")


@pytest.mark.parametrize(
    ("country", "links"),
    [
        ("US", ["tel:911", "tel:988", "sms:988"]),
        ("GB", ["tel:999", "tel:116123", "sms:85258?body=SHOUT"]),
    ],
)
async def test_the_demo_page_says_the_lines_of_the_clinics_country(
    running: Running, country: str, links: list[str]
) -> None:
    path = running.desk.settings.clinic_path
    path.write_text(path.read_text().replace("country: US", f"country: {country}"))
    answered = await running.client.get("/demo")
    assert answered.headers["content-type"].startswith("text/html")
    bar = answered.text.split("<aside")[1].split("</aside>")[0]
    assert re.findall(r'href="([^"]*)"', bar) == links
    assert f'data-country="{country}"' in answered.text
    assert "{{" not in answered.text


async def test_the_page_that_fights_back_has_the_strictest_policy_and_the_lines(
    running: Running,
) -> None:
    answered = await running.client.get("/demo/hostile")
    policy = answered.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'self' 'self'; connect-src 'self';" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert answered.headers["x-frame-options"] == "DENY"
    assert "http" not in answered.text
    assert "{{" not in answered.text
    links = re.findall(r'href="((?:tel|sms):[^"]*)"', answered.text)
    assert links == ["tel:911", "tel:988", "sms:988"]
    for path in re.findall(r'(?:href|src)="(/static/[^"]*)"', answered.text):
        assert (await running.client.get(path)).status_code == 200


SCRIPTS = pytest.mark.parametrize(
    "script", ["widget.js", "widget-chat.js", "widget-more.js", "widget-es.js"]
)


@SCRIPTS
async def test_the_widgets_scripts_are_cached_and_asked_again(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setattr(pages, "STATIC", tmp_path)
    missing = await running.client.get(f"/{script}")
    assert (missing.status_code, missing.json()["error"]) == (404, "not_found")
    (tmp_path / script).write_text("one")
    first = await running.client.get(
        f"/{script}?build-1", headers={"Origin": "https://clinic.example"}
    )
    assert first.text == "one"
    assert first.headers["content-type"].startswith("text/javascript")
    assert "max-age=300" in first.headers["cache-control"]
    assert first.headers.get_list("access-control-allow-origin") == ["*"]
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    tag = {"If-None-Match": first.headers["etag"]}
    unchanged = await running.client.get(f"/{script}", headers=tag)
    assert unchanged.status_code == 304
    # A shared cache may have had it from a page of our own, which sends no Origin.
    assert unchanged.headers["access-control-allow-origin"] == "*"
    (tmp_path / script).write_text("two")
    assert (await running.client.get(f"/{script}", headers=tag)).text == "two"


@SCRIPTS
async def test_the_widgets_scripts_are_sent_zipped_to_who_can_read_it(
    running: Running, script: str
) -> None:
    plain = await running.client.get(f"/{script}", headers={"Accept-Encoding": "identity"})
    zipped = await running.client.get(f"/{script}", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.text == plain.text
    assert int(zipped.headers["content-length"]) < int(plain.headers["content-length"]) / 2


@pytest.mark.parametrize("path", ["/privacy", "/api/widget/config", "/nothing", "/health/live"])
async def test_every_answer_carries_the_security_headers(running: Running, path: str) -> None:
    headers = (await running.client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


async def test_other_sites_may_use_the_api_and_nothing_else(running: Running) -> None:
    asked = {
        "Origin": "https://clinic.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }
    allowed = await running.client.options("/api/conversations", headers=asked)
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "idempotency-key" in allowed.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in allowed.headers
    elsewhere = await running.client.get("/privacy", headers={"Origin": "https://clinic.example"})
    assert "access-control-allow-origin" not in elsewhere.headers
    assert elsewhere.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py"]
)
async def test_static_files_end_at_their_folder(running: Running, path: str) -> None:
    assert (await running.client.get(path)).status_code == 404


async def test_the_api_is_described(running: Running) -> None:
    described = (await running.client.get("/openapi.json")).json()
    paths = described["paths"]
    assert {
        "/api/conversations",
        "/api/conversations/{conversation_id}/messages",
        "/api/conversations/{conversation_id}/events",
        "/api/conversations/{conversation_id}/stream",
        "/api/conversations/{conversation_id}/contact",
        "/api/widget/config",
        "/health/live",
        "/health/ready",
    } <= set(paths)
    event = described["components"]["schemas"]["EventOut"]
    assert "from" in event["properties"]
    for path in paths.values():
        for operation in path.values():
            assert operation["description"]


async def test_crisis_lines_of_every_country_the_clinics_own_first(running: Running) -> None:
    page = (await running.client.get("/crisis-lines")).text
    places = [page.index(name) for name in ("United States", "Canada", "United Kingdom")]
    assert places == sorted(places)
    assert 'href="tel:116123"' in page
    assert 'href="sms:85258?body=SHOUT"' in page
