"""Input that nobody should send: a clear refusal or a safe answer, and nothing stored is lost."""

import httpx
import pytest
from running_system import RunningSystem, wait_for
from visitor import Visitor, outcomes, words


@pytest.mark.parametrize("text", ["", "   \n\t ", "\u200b\u200d\ufeff", "\x00", "/", "///  /"])
def test_nothing_said_is_refused(visitor: Visitor, text: str) -> None:
    answer = visitor.post({"text": text})

    assert answer.status_code == 422
    assert answer.json()["error"] == "empty"
    assert answer.json()["message"]
    assert visitor.events() == []


@pytest.mark.parametrize(
    "body", [{"text": None}, {"text": 5}, {"text": ["hi"]}, {"text": {"a": 1}}, {}, None, [], "hi"]
)
def test_what_is_not_text_is_refused(visitor: Visitor, body: object) -> None:
    answer = visitor.post(body)

    assert answer.status_code in (400, 422)
    assert set(answer.json()) >= {"error", "message"}
    assert visitor.events() == []


def test_what_is_not_json_is_refused(visitor: Visitor) -> None:
    answer = visitor.http.post(
        f"{visitor.path}/messages", content=b'{"text": "hel', headers=visitor.headers
    )

    assert answer.status_code in (400, 422)
    assert set(answer.json()) >= {"error", "message"}


def test_two_megabytes_are_refused(visitor: Visitor) -> None:
    answer = visitor.post({"text": "a" * 2_000_000})

    assert answer.status_code == 413
    assert set(answer.json()) >= {"error", "message"}
    assert outcomes(visitor.ask("How fast does ketamine therapy work?")) == ["answer:rapid_relief"]


def test_too_long_is_refused_and_the_longest_is_answered(visitor: Visitor) -> None:
    refused = visitor.post({"text": "a" * 2001})

    assert refused.status_code == 422
    assert refused.json()["error"] == "too_long"
    assert outcomes(visitor.ask("word " * 400))


@pytest.mark.parametrize("text", ["🙂", "😭😭😭", "🏳️‍🌈", "?", "٣", "<b>hi</b>"])
def test_odd_characters_get_an_answer(visitor: Visitor, text: str) -> None:
    assert outcomes(visitor.ask(text))


@pytest.mark.parametrize("text", ["/restart", "/back", "/session_start", "/faq_safety", "//greet"])
def test_commands_of_rasa_are_plain_words(visitor: Visitor, text: str) -> None:
    first = visitor.say("Hello")
    visitor.replies(first)
    events = visitor.ask(text)

    assert outcomes(events)
    stored = [event["text"] for event in visitor.events() if event["from"] == "visitor"]
    assert stored == ["Hello", text.lstrip("/")]


def test_crisis_behind_a_command_is_a_crisis(visitor: Visitor, system: RunningSystem) -> None:
    events = visitor.ask("/greet{} I want to kill myself")

    assert outcomes(events) == ["handover:crisis"]
    assert [reason for reason, _, _ in system.handovers(visitor.conversation_id)] == ["crisis"]


def test_crisis_behind_hidden_characters_is_a_crisis(visitor: Visitor) -> None:
    assert outcomes(visitor.ask("I want to k\u200bi\u200bll mys\x00elf")) == ["handover:crisis"]


def test_markup_stays_text(visitor: Visitor) -> None:
    text = "<script>alert(1)</script> <img src=x onerror=alert(1)>"
    events = visitor.ask(text)

    assert visitor.events()[0]["text"] == text
    assert "<script" not in words(events)


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eA=="}, {"Authorization": ""}],
)
def test_wrong_token_is_turned_away(visitor: Visitor, headers: dict[str, str]) -> None:
    for answer in (
        visitor.http.get(f"{visitor.path}/events", headers=headers),
        visitor.http.get(f"{visitor.path}/stream", headers=headers),
        visitor.http.post(f"{visitor.path}/messages", json={"text": "hi"}, headers=headers),
    ):
        assert answer.status_code == 401
        assert set(answer.json()) >= {"error", "message"}
    assert visitor.events() == []


def test_somebody_elses_conversation_looks_like_none(
    visitor: Visitor, system: RunningSystem
) -> None:
    with Visitor(system.url) as other:
        other.say("My own words")
        theirs = visitor.http.get(f"{other.path}/events", headers=visitor.headers)
    unknown = visitor.http.get("/api/conversations/c_nobody/events", headers=visitor.headers)

    assert theirs.status_code == unknown.status_code == 404
    assert theirs.json() == unknown.json()


def test_broken_clinic_settings_keep_the_last_good_ones(
    visitor: Visitor, system: RunningSystem
) -> None:
    good = system.clinic.read_text()
    phone = httpx.get(f"{system.url}/api/widget/config").json()["clinic"]["phone"]
    try:
        system.clinic.write_text("name: [broken\nphone: 5")
        assert httpx.get(f"{system.url}/api/widget/config").json()["clinic"]["phone"] == phone
        assert outcomes(visitor.ask("What are your opening hours?")) == ["logistics:hours"]
        assert outcomes(visitor.ask("I want to kill myself")) == ["handover:crisis"]
    finally:
        system.clinic.write_text(good)


def test_changed_clinic_settings_apply_at_once(visitor: Visitor, system: RunningSystem) -> None:
    good = system.clinic.read_text()
    phone = httpx.get(f"{system.url}/api/widget/config").json()["clinic"]["phone"]
    try:
        system.clinic.write_text(good.replace(phone, "(555) 010-0199"))
        wait_for(
            lambda: (
                httpx.get(f"{system.url}/api/widget/config").json()["clinic"]["phone"]
                == "(555) 010-0199"
            ),
            10,
            "the new phone number is not shown",
        )
    finally:
        system.clinic.write_text(good)
