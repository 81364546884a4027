"""What a visitor gets from the running system, over real HTTP."""

import httpx
from running_system import RunningSystem
from visitor import Visitor, outcomes, words


def test_known_question_gets_the_answer_and_its_source(visitor: Visitor) -> None:
    events = visitor.ask("How fast does ketamine therapy work?")

    assert outcomes(events) == ["answer:rapid_relief"]
    source = events[0]["source"]
    assert source["kind"] == "passage"
    assert source["passages"][0]["id"] == "rapid_relief"
    assert source["passages"][0]["text"]
    assert source["document"]


def test_clinics_own_settings_answer_a_practical_question(
    visitor: Visitor, system: RunningSystem
) -> None:
    events = visitor.ask("What are your opening hours?")

    assert outcomes(events) == ["logistics:hours"]
    assert events[0]["source"]["kind"] == "clinic"
    assert "9" in words(events)


def test_question_outside_the_document_is_said_to_be_so(visitor: Visitor) -> None:
    events = visitor.ask("Is ketamine approved by the FDA for depression?")

    assert outcomes(events) == ["not_in_source:fda_approval"]
    assert events[0]["source"] is None


def test_question_about_something_else_is_not_answered(visitor: Visitor) -> None:
    events = visitor.ask("What is the capital of Mongolia?")

    assert len(outcomes(events)) == 1
    assert outcomes(events)[0] in ("unknown", "smalltalk")
    assert "Ulaanbaatar" not in words(events)


def test_crisis_is_answered_handed_over_and_kept(visitor: Visitor, system: RunningSystem) -> None:
    events = visitor.ask("I want to kill myself")

    assert outcomes(events) == ["handover:crisis"]
    assert events[0]["level"] in ("P0", "P1")
    assert "988" in words(events)
    # A person's staff note follows, said only because it is stored.
    assert any(event["from"] == "system" for event in events)
    assert [(reason, state) for reason, _, state in system.handovers(visitor.conversation_id)] == [
        ("crisis", "open")
    ]

    # A reload reads the same from the start; the conversation is the record.
    again = visitor.events()
    assert [event["seq"] for event in again] == list(range(1, len(again) + 1))
    assert again[0]["text"] == "I want to kill myself"
    assert again[1:] == events


def test_bot_answers_on_while_nobody_has_taken_the_handover(visitor: Visitor) -> None:
    visitor.ask("Can I talk to a real person please?")

    assert "answer:rapid_relief" in outcomes(visitor.ask("How fast does ketamine therapy work?"))


def test_one_turn_at_a_time_in_the_order_of_the_messages(visitor: Visitor) -> None:
    sent = [visitor.say("What are your opening hours?") for _ in range(5)]

    assert sent == sorted(sent)
    while len(outcomes(visitor.events())) < 5:
        visitor.replies(visitor.events()[-1]["seq"])
    assert outcomes(visitor.events()) == ["logistics:hours"] * 5


def test_same_key_is_stored_once(visitor: Visitor) -> None:
    first = visitor.post({"text": "Hello"}, key="a-key")
    second = visitor.post({"text": "Hello"}, key="a-key")

    assert first.json() == second.json()
    visitor.replies(first.json()["seq"])
    assert [event["text"] for event in visitor.events() if event["from"] == "visitor"] == ["Hello"]


def test_stream_goes_on_after_the_last_event_seen(visitor: Visitor) -> None:
    seq = visitor.say("Hello")
    visitor.replies(seq)
    headers = visitor.headers | {"Last-Event-ID": str(seq)}

    with visitor.http.stream("GET", f"{visitor.path}/stream", headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        ids = (line for line in stream.iter_lines() if line.startswith("id:"))
        assert next(ids).removeprefix("id:").strip() == str(seq + 1)


def test_words_of_a_visitor_are_in_no_log(visitor: Visitor, system: RunningSystem) -> None:
    visitor.ask("My zebrafinch wants to know how long a session takes")

    logs = system.log_text()
    assert logs
    assert "zebrafinch" not in logs.lower()
    assert visitor.token not in logs


def test_only_the_desk_can_be_reached_from_outside(system: RunningSystem) -> None:
    listening = _listening_addresses({system.ports["RASA_PORT"], system.ports["ACTIONS_PORT"]})

    assert set(listening.values()) == {"0100007F"}, listening


def test_rasas_own_interface_is_closed(system: RunningSystem) -> None:
    url = f"http://127.0.0.1:{system.ports['RASA_PORT']}"

    assert httpx.get(f"{url}/domain").status_code == 404
    assert httpx.get(f"{url}/conversations/default/tracker").status_code == 404


def _listening_addresses(ports: set[int]) -> dict[int, str]:
    """Give each port's listening address as the kernel lists it (127.0.0.1 is 0100007F)."""
    found = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table) as rows:
            for row in list(rows)[1:]:
                _, local, _, state, *_ = row.split()
                address, port = local.split(":")
                if state == "0A" and int(port, 16) in ports:
                    found[int(port, 16)] = address
    assert set(found) == ports
    return found
