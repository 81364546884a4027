"""What an alert says: level, reason, waiting time and link."""

from datetime import UTC, datetime, timedelta

import pytest
from nightdesk_contract.outcome import LEVELS

from nightdesk_desk.alerts import content
from nightdesk_desk.alerts.faults import Fault

NOW = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)


def of(level: str = "P1", reason: str = "crisis", minutes: int | None = 5, url: str = "") -> str:
    opened = NOW - timedelta(minutes=3, seconds=20)
    found = content.of_handover("The Clinic", level, reason, opened, NOW, minutes, "c1", url)
    return f"{found.title}\n{found.text}"


def test_it_says_level_reason_wait_and_where() -> None:
    assert of(url="https://desk.example").splitlines() == [
        "P1 Crisis, The Clinic",
        "May be in crisis or unsafe.",
        "Waiting 3 min. To be seen within 5 min.",
        "https://desk.example/inbox/conversations/c1",
    ]


def test_without_an_address_of_the_desk_it_says_open_the_inbox() -> None:
    assert of().splitlines()[-1] == "Open the inbox."
    found = content.of_handover("C", "P3", "request", NOW, NOW, None, "secret-id", "")
    assert found.data["url"] is None
    assert "secret-id" not in f"{found.text}{found.data}"
    assert "To be seen" not in found.text


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("crisis", "May be in crisis or unsafe."),
        ("medical_advice", "Asks for medical advice."),
        ("request", "Asked for a person."),
        ("bot_unavailable", "The assistant could not answer: nobody has judged this message."),
    ],
)
def test_the_reason_in_words(reason: str, says: str) -> None:
    assert says in of(reason=reason).splitlines()


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_has_a_word(level: str) -> None:
    assert of(level).splitlines()[0].startswith(f"{level} ")
    assert len(of(level).splitlines()[0].split(",")[0]) > 4


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "less than a minute"), (59, "less than a minute"), (60, "1 min"), (7260, "2 h 1 min")],
)
def test_the_wait_as_one_says_it(seconds: int, text: str) -> None:
    assert content.waiting(seconds) == text


def test_a_drill_says_so_in_title_and_text_and_data() -> None:
    drill = content.of_drill("The Clinic", "phone", "https://desk.example")
    assert drill.title.startswith("Drill")
    assert drill.text.startswith("Drill: nobody waits.")
    assert drill.data["drill"] is True


def test_an_outage_names_the_address_why_and_since_when() -> None:
    note = content.of_outage("C", "phone", Fault("refused", "403"), NOW, "https://d.example")
    assert "Alerts do not reach “phone”: it refused the message (403)." in note.text
    assert "2026-11-22 18:05 UTC." in note.text
    assert note.text.endswith("https://d.example/inbox")
    assert note.data == {
        "address": "phone",
        "fault": "refused 403",
        "since": "2026-11-22T18:05:00+00:00",
        "drill": False,
    }
