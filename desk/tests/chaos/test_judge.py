"""The judge finds each kind of loss: what is whole passes, and every tampered record does not."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from chaos.judge import Delay, crisis_delays, judge, longest_without, repeats
from chaos.plain import (
    AlertRow,
    EventRow,
    HandoverRow,
    HeldRow,
    Received,
    Record,
    Screen,
    Sent,
    Shown,
    TriggerRow,
)

LEVELS = {"on-call": ("P0", "P1"), "team": ("P0", "P1", "P2")}


def event(seq: int, sender: str, text: str, **more: Any) -> EventRow:
    row = EventRow("c1", seq, sender, text, None, None, True, f"2026-11-02 10:00:{seq:02}")
    return replace(row, **more)


@dataclass
class Scene:
    """One visitor's talk in which everything is as it must be."""

    sent: list[Sent] = field(
        default_factory=lambda: [
            Sent("k1", "How long?", "question", 10.0, 10.0, 10.2, 1, 1),
            Sent("k2", "I want to die", "crisis", 20.0, 20.0, 20.2, 3, 2),
        ]
    )
    events: list[EventRow] = field(
        default_factory=lambda: [
            event(1, "visitor", "How long?", key="k1"),
            event(2, "bot", "An hour.", outcome="logistics:hours"),
            event(3, "visitor", "I want to die", key="k2"),
            event(4, "bot", "Call 988.", outcome="handover:crisis"),
            event(5, "system", "Staff know."),
            event(6, "staff", "I am here.", key="s7:r1"),
        ]
    )
    staff: list[tuple[str, Sent]] = field(
        default_factory=lambda: [("c1", Sent("r1", "I am here.", "staff", 25.0, 25.0, 25.5))]
    )
    shown_at: dict[int, float] = field(
        default_factory=lambda: {1: 10.3, 2: 10.9, 3: 20.3, 4: 21.5, 5: 21.5, 6: 26.0}
    )
    hidden: set[int] = field(default_factory=set)
    panel: list[tuple[float, float]] = field(default_factory=list)
    handovers: list[HandoverRow] = field(
        default_factory=lambda: [
            HandoverRow(1, "c1", 3, "P1", "taken", "2026-11-02 10:00:04", None),
        ]
    )
    triggers: list[TriggerRow] = field(default_factory=lambda: [TriggerRow(1, 3, "crisis")])
    held: list[HeldRow] = field(default_factory=lambda: [HeldRow("c1", 3, "answered")])
    alerts: list[AlertRow] = field(
        default_factory=lambda: [
            AlertRow("m1", "handover", "on-call", 1, None, "P1", "sent"),
            AlertRow("m2", "handover", "team", 1, None, "P1", "sent"),
            AlertRow("m3", "handover", "team", 1, 9, "P1", "needless"),
        ]
    )
    called: list[tuple[int, str]] = field(default_factory=lambda: [(1, "P1")])
    received: list[Received] = field(
        default_factory=lambda: [
            Received("on-call", "m1"),
            Received("team", "m2"),
            Received("team", "m2"),
        ]
    )
    gone: bool = False
    refused: list[str] = field(default_factory=list)

    def screen(self) -> Screen:
        shown = {
            row.seq: Shown(
                row.seq,
                self.shown_at.get(row.seq, 30.0),
                row.sender,
                row.text,
                "988" in row.text or row.sender == "staff",
            )
            for row in self.events
            if row.seq not in self.hidden
        }
        return Screen(
            "v", "c1", self.sent, shown, self.panel, [], self.refused, conversation_gone=self.gone
        )

    def found(self) -> set[str]:
        record = Record(
            self.events, self.handovers, self.triggers, self.held, self.alerts, self.called
        )
        screens = [self.screen()]
        return {f.kind for f in judge(screens, self.staff, record, self.received, LEVELS)}


def set_event(scene: Scene, seq: int, **values: Any) -> None:
    scene.events = [replace(row, **values) if row.seq == seq else row for row in scene.events]


def drop_event(scene: Scene, seq: int) -> None:
    scene.events = [row for row in scene.events if row.seq != seq]


def swap_keys(scene: Scene) -> None:
    set_event(scene, 1, key="k2", text="I want to die")
    set_event(scene, 3, key="k1", text="How long?")
    scene.sent[0].seq, scene.sent[1].seq = 3, 1


def bot_was_silent(scene: Scene) -> None:
    scene.events, scene.handovers = scene.events[:1], []
    scene.sent, scene.staff, scene.triggers = scene.sent[:1], [], []
    scene.held, scene.alerts, scene.called, scene.received = [], [], [], []


def only_somebody_left(scene: Scene) -> None:
    bot_was_silent(scene)
    scene.events.append(event(2, "system", "Kim has left.", said=False))


def resolved_before(scene: Scene) -> None:
    bot_was_silent(scene)
    scene.handovers = [
        HandoverRow(1, "c1", 1, "P3", "resolved", "2026-11-02 09:00:00", "2026-11-02 09:30:00")
    ]
    scene.called = []


def set_alert(scene: Scene, message_id: str, **values: Any) -> None:
    scene.alerts = [
        replace(row, **values) if row.message_id == message_id else row for row in scene.alerts
    ]


def no_handover(scene: Scene) -> None:
    scene.handovers, scene.triggers = [], []


def nobody_called(scene: Scene) -> None:
    scene.triggers = []
    set_event(scene, 4, outcome=None)


def no_help_said(scene: Scene) -> None:
    drop_event(scene, 6)
    set_event(scene, 4, text="Hm.")
    scene.staff = []


def text_at_last(scene: Scene, *panel: tuple[float, float]) -> None:
    scene.shown_at.update({4: 40.0, 6: 40.0})
    scene.panel = [*panel]


TAMPERED: dict[str, tuple[Callable[[Scene], object], str]] = {
    "an accepted message is not in the log": (lambda s: set_event(s, 1, key=None), "lost"),
    "a whole row is missing": (lambda s: drop_event(s, 1), "gap in the log"),
    "a message lies there twice": (
        lambda s: s.events.append(event(7, "visitor", "How long?", key="k1")),
        "doubled",
    ),
    "a staff reply is not in the log": (lambda s: set_event(s, 6, key=None), "lost"),
    "a staff reply lies there twice": (
        lambda s: s.events.append(event(7, "staff", "I am here.", key="s7:r1")),
        "doubled",
    ),
    "its words were changed": (lambda s: set_event(s, 1, text="How"), "changed"),
    "it lies elsewhere than was said": (
        lambda s: setattr(s.sent[0], "seq", 2),
        "not where it was said to be",
    ),
    "a message was never taken": (
        lambda s: setattr(s.sent[1], "accepted_at", None),
        "never accepted",
    ),
    "the log has what nobody sent": (
        lambda s: s.events.append(event(7, "visitor", "Hm", key="k9")),
        "from nobody",
    ),
    "the desk does not know the conversation": (
        lambda s: setattr(s, "gone", True),
        "conversation gone",
    ),
    "a message was refused": (lambda s: s.refused.append("rate_limited"), "refused"),
    "the later lies before the earlier": (swap_keys, "out of order"),
    "an answer never came on the screen": (
        lambda s: s.hidden.add(2),
        "screen differs from the log",
    ),
    "the screen shows what is not kept": (
        lambda s: setattr(s, "hidden", {6}),
        "screen differs from the log",
    ),
    "a message waits for its turn": (
        lambda s: set_event(s, 3, answered=False),
        "left without a turn",
    ),
    "nobody said anything": (bot_was_silent, "unanswered"),
    "somebody only left": (only_somebody_left, "unanswered"),
    "the hand-over was over before": (resolved_before, "unanswered"),
    "a hand-over was told and is not there": (
        no_handover,
        "hand-over lost",
    ),
    "the crisis called nobody": (
        nobody_called,
        "hand-over lost",
    ),
    "only something else called": (
        lambda s: setattr(s, "triggers", [TriggerRow(1, 3, "request")]),
        "hand-over lost",
    ),
    "two hand-overs for one message": (
        lambda s: s.handovers.append(replace(s.handovers[0], id=2, state="resolved")),
        "hand-over doubled",
    ),
    "two hand-overs wait in one conversation": (
        lambda s: s.handovers.append(replace(s.handovers[0], id=2, trigger_seq=1)),
        "hand-over doubled",
    ),
    "one message called twice": (
        lambda s: s.triggers.append(TriggerRow(1, 3, "crisis")),
        "hand-over doubled",
    ),
    "two replies were held for one message": (
        lambda s: s.held.append(HeldRow("c1", 3, "sent")),
        "held reply doubled",
    ),
    "a held reply was left": (
        lambda s: setattr(s, "held", [HeldRow("c1", 3, "held")]),
        "held reply left",
    ),
    "no alert was written": (lambda s: s.alerts.pop(0), "alert lost"),
    "no alert of the higher level": (lambda s: s.called.append((1, "P0")), "alert lost"),
    "an alert never arrived": (lambda s: s.received.pop(0), "alert lost"),
    "an alert was given up": (lambda s: set_alert(s, "m1", state="given_up"), "alert not sent"),
    "an alert was left": (lambda s: set_alert(s, "m1", state="waiting"), "alert not sent"),
    "two alerts for one hand-over": (
        lambda s: s.alerts.append(replace(s.alerts[0], message_id="m8", state="needless")),
        "alert doubled",
    ),
    "two alerts for one step": (
        lambda s: s.alerts.append(replace(s.alerts[2], message_id="m8")),
        "alert doubled",
    ),
    "an alert that is in no outbox": (
        lambda s: s.received.append(Received("team", "m9")),
        "alert from nobody",
    ),
    "crisis text after eleven seconds": (
        lambda s: s.shown_at.update({4: 31.1, 6: 40.0}),
        "crisis late",
    ),
    "no crisis text at all": (
        no_help_said,
        "crisis late",
    ),
    "the panel went away before the text came": (
        lambda s: text_at_last(s, (22.0, 23.0)),
        "crisis late",
    ),
    "the panel came late": (
        lambda s: text_at_last(s, (30.5, 41.0)),
        "crisis late",
    ),
}


def test_what_is_whole_passes() -> None:
    assert Scene().found() == set()


@pytest.mark.parametrize("name", TAMPERED)
def test_each_loss_is_found(name: str) -> None:
    tamper, kind = TAMPERED[name]
    scene = Scene()
    shown = deepcopy(scene.screen())
    tamper(scene)
    if name == "the screen shows what is not kept":
        drop_event(scene, 6)
        scene.staff.clear()
        scene.screen = lambda: shown  # type: ignore[method-assign]
    assert kind in scene.found()


def test_the_desk_has_keys_of_its_own() -> None:
    scene = Scene()
    set_event(scene, 5, key="call-back 5")
    assert scene.found() == set()


def test_a_panel_until_the_text_comes_is_help() -> None:
    scene = Scene()
    scene.shown_at.update({4: 60.0, 6: 61.0})
    scene.panel = [(24.0, 61.5)]
    assert scene.found() == set()
    scene.sent[1].accepted_at = 30.0
    assert crisis_delays([scene.screen()]) == [Delay("k2", 4.0, "panel", 10.0, 20.0, 10.0, 40.0)]


def test_a_person_in_the_chat_gets_time_to_answer_first() -> None:
    scene = Scene()
    scene.shown_at.update({4: 32.0, 6: 40.0})
    set_event(scene, 2, sender="system", text="Kim has joined.", outcome=None, said=False)
    [alone] = crisis_delays([scene.screen()], 3)
    assert (alone.seconds, alone.late) == (12.0, True)
    screen = scene.screen()
    screen.shown[2] = replace(screen.shown[2], person=True)
    [delay] = crisis_delays([screen], 3)
    assert (delay.first, delay.seconds, delay.late) == ("person", 12.0, False)
    [delay] = crisis_delays([screen], 1)
    assert delay.late


def test_a_message_that_failed_first_may_lie_behind_a_later_one() -> None:
    scene = Scene()
    swap_keys(scene)
    scene.sent[0].accepted_at = 24.0
    assert "out of order" not in scene.found()


def test_a_crisis_in_pieces_has_its_hand_over_at_any_of_them() -> None:
    scene = Scene()
    scene.sent[1].text, scene.sent[1].seq = "die", 4
    scene.sent.append(Sent("k3", "I want to", "piece", 19.5, 19.5, 19.6, 3))
    scene.events[2:] = [
        event(3, "visitor", "I want to", key="k3"),
        event(4, "visitor", "die", key="k2"),
        event(5, "bot", "Call 988.", outcome="handover:crisis"),
        event(6, "staff", "I am here.", key="s7:r1"),
    ]
    scene.shown_at.update({5: 21.5})
    assert scene.found() == set()


def test_what_was_resolved_after_the_message_counts() -> None:
    scene = Scene()
    bot_was_silent(scene)
    scene.handovers = [
        HandoverRow(1, "c1", 1, "P3", "resolved", "2026-11-02 09:00:00", "2026-11-02 10:30:00")
    ]
    assert "unanswered" not in scene.found()


@pytest.mark.parametrize(
    ("text_at", "spans", "seconds"),
    [
        (22.0, [], 2.0),
        (30.0, [(21.0, 31.0)], 1.0),
        (30.0, [(15.0, 31.0)], 0.0),
        (30.0, [(21.0, 23.0), (24.0, 29.0)], 1.0),
        (30.0, [(21.0, 23.0), (26.0, 31.0)], 3.0),
        (30.0, [(0.0, 5.0), (40.0, 50.0)], 10.0),
        (None, [(21.0, 23.0)], float("inf")),
        (19.0, [(10.0, 12.0)], 0.0),
    ],
)
def test_longest_without_help(
    text_at: float | None, spans: list[tuple[float, float]], seconds: float
) -> None:
    assert longest_without(20.0, None if text_at is None else max(20.0, text_at), spans)[
        0
    ] == pytest.approx(seconds)


def test_repeats_are_the_same_id_again() -> None:
    assert repeats(Scene().received) == 1
