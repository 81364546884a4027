"""Parts of the system are killed: any fault ends at a person, and nothing accepted is lost."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from running_system import BIN, ROOT, RunningSystem, running_system, wait_for
from visitor import Event, Visitor, outcomes, words


@pytest.fixture(autouse=True)
def whole_again(system: RunningSystem) -> Iterator[None]:
    """Leave the system as it was found."""
    system.wait_until_ready()
    yield
    system.wait_until_ready()


def assert_handed_to_a_person(events: list[Event], visitor: Visitor, system: RunningSystem) -> None:
    """The honest text, with the clinic's phone and the crisis lines, and a hand-over behind it."""
    phone = visitor.http.get("/api/widget/config").json()["clinic"]["phone"]
    said = words(events)
    assert phone in said
    assert "988" in said
    assert "911" in said
    assert [row[:2] for row in system.handovers(visitor.conversation_id)] == [
        ("bot_unavailable", "P1")
    ]


def test_actions_down_ends_at_a_person(visitor: Visitor, system: RunningSystem) -> None:
    system.stop_service("actions")
    try:
        events = visitor.ask("What are your opening hours?")
        assert_handed_to_a_person(events, visitor, system)
        assert not [event for event in events if event["outcome"] == "logistics:hours"]
        # What needs no action goes on, crisis above all.
        assert "answer:rapid_relief" in outcomes(
            visitor.ask("How fast does ketamine therapy work?")
        )
        assert "handover:crisis" in outcomes(visitor.ask("I want to kill myself"))
    finally:
        system.start_service("actions")

    with Visitor(system.url) as later:
        assert outcomes(later.ask("What are your opening hours?")) == ["logistics:hours"]


def test_killed_actions_come_back(visitor: Visitor, system: RunningSystem) -> None:
    before = system.kill("actions")

    wait_for(lambda: system.pid("actions") not in (0, before), 30, "actions are not started again")
    system.wait_until_ready()
    wait_for(
        lambda: outcomes(visitor.ask("What are your opening hours?")) == ["logistics:hours"],
        30,
        "no practical answer",
        pause=1,
    )


def test_killed_rasa_ends_at_a_person_and_comes_back(
    visitor: Visitor, system: RunningSystem
) -> None:
    before = system.kill("rasa")
    events = visitor.ask("How fast does ketamine therapy work?")
    assert_handed_to_a_person(events, visitor, system)

    # The desk keeps a verdict for some seconds; then it must say that the bot is away.
    wait_for(lambda: not system.is_ready(), 15, "still called ready without rasa")
    system.wait_until_ready()
    assert system.pid("rasa") != before
    with Visitor(system.url) as later:
        assert outcomes(later.ask("How fast does ketamine therapy work?")) == [
            "answer:rapid_relief"
        ]


def test_hanging_rasa_ends_at_a_person_in_time(visitor: Visitor, system: RunningSystem) -> None:
    system.kill("rasa", signal.SIGSTOP)
    try:
        began = time.monotonic()
        events = visitor.ask("I want to kill myself")
        assert time.monotonic() - began < 12
        assert_handed_to_a_person(events, visitor, system)
    finally:
        system.kill("rasa", signal.SIGCONT)


def test_accepted_message_survives_a_killed_desk(visitor: Visitor, system: RunningSystem) -> None:
    # Rasa holds still, so that the turn cannot be over before the desk is killed.
    system.kill("rasa", signal.SIGSTOP)
    try:
        seq = visitor.say("I want to kill myself")
        before = system.kill("desk")
    finally:
        system.kill("rasa", signal.SIGCONT)

    system.wait_until_live()
    assert system.pid("desk") != before
    events = visitor.replies(seq, seconds=60)
    assert visitor.events()[0]["text"] == "I want to kill myself"
    assert "988" in words(events)
    assert [reason for reason, _, _ in system.handovers(visitor.conversation_id)] in (
        ["crisis"],
        ["bot_unavailable"],
    )


def test_second_start_on_the_same_ports_says_so(system: RunningSystem, tmp_path: Path) -> None:
    environment = {**system.environment, "NIGHTDESK_VAR": str(tmp_path)}
    second = subprocess.run(
        [BIN / "nightdesk", "run"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert second.returncode == 1
    assert f"Port {system.ports['DESK_PORT']} (DESK_PORT) is already in use" in second.stderr
    assert "Another Nightdesk is running there" in second.stderr
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_no_process_behind(tmp_path: Path, number: signal.Signals) -> None:
    with running_system(tmp_path / "var") as own:
        pids = [own.pid(name) for name in ("rasa", "actions", "desk")]
        assert all(pids)
        assert own.stop(number) == 0
        assert not [pid for pid in pids if _exists(pid)]


def test_killed_starter_takes_everything_with_it(tmp_path: Path) -> None:
    with running_system(tmp_path / "var") as own:
        pids = [own.pid(name) for name in ("rasa", "actions", "desk")]
        own.process.kill()
        own.process.wait()
        wait_for(lambda: not [pid for pid in pids if _exists(pid)], 30, f"some of {pids} still run")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A process that has ended but that nobody has waited for is no longer running.
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
