"""What happened to a conversation's hand-overs, step by step, and how earlier ones ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from nightdesk_desk.cases.models import HandoverAct, PrivateNote
from nightdesk_desk.cases.reading import first_taker
from nightdesk_desk.models import Handover
from nightdesk_desk.staff.times import Moment, moment


class Step(NamedTuple):
    """One thing that happened: to a hand-over, or a private note.

    `to` is whom it was passed on to; a change of level leads `from_level` → `to_level`.
    """

    kind: str
    at: Moment
    name: str | None = None
    reason: str | None = None
    code: str | None = None
    note: str | None = None
    false_alarm: bool = False
    to: str | None = None
    from_level: str | None = None
    to_level: str | None = None


class EarlierCase(NamedTuple):
    """A hand-over of this conversation before the present one, and how it ended."""

    id: int
    level: str
    reason: str
    opened_at: Moment
    resolved_by: str | None
    resolved_at: Moment | None
    code: str | None
    note: str | None
    false_alarm: bool


class Record(NamedTuple):
    """All that is read of a conversation's hand-overs; the newest comes first."""

    cases: Sequence[Handover]
    acts: Mapping[int, Sequence[HandoverAct]]
    notes: Sequence[PrivateNote]
    names: Mapping[int, str]


def history(record: Record, zone: ZoneInfo, now: datetime) -> list[Step]:
    """Give what happened, in order."""
    dated: list[tuple[datetime, Step]] = []
    for case in reversed(record.cases):
        acts = record.acts.get(case.id, ())
        dated += _steps(case, acts, record.names)
    dated += [
        (note.at, Step("note", _UNSET, record.names.get(note.staff_id), note=note.text))
        for note in record.notes
    ]
    dated.sort(key=lambda pair: pair[0])
    return [step._replace(at=moment(at, zone, now)) for at, step in dated]


def earlier_cases(record: Record, zone: ZoneInfo, now: datetime) -> list[EarlierCase]:
    """Give the hand-overs before the newest one, the latest first."""
    return [
        EarlierCase(
            id=case.id,
            level=case.level,
            reason=case.reason,
            opened_at=moment(case.opened_at, zone, now),
            resolved_by=record.names.get(case.resolved_by or 0),
            resolved_at=moment(case.resolved_at, zone, now) if case.resolved_at else None,
            code=case.outcome_code,
            note=case.note,
            false_alarm=case.false_alarm,
        )
        for case in record.cases[1:]
    ]


_UNSET = Moment("", "")


def _steps(
    case: Handover, acts: Sequence[HandoverAct], names: Mapping[int, str]
) -> list[tuple[datetime, Step]]:
    steps: list[tuple[datetime, Step]] = []
    if not any(act.kind == "reopened" for act in acts):
        steps.append((case.opened_at, Step("opened", _UNSET, reason=case.reason)))
    # Who takes it has seen it: that is one step, not two.
    if case.acknowledged_at is not None and _seen_before_taken(case):
        seen = Step("acknowledged", _UNSET, names.get(case.acknowledged_by or 0))
        steps.append((case.acknowledged_at, seen))
    if case.taken_at is not None:
        taker = first_taker(case, acts)
        steps.append((case.taken_at, Step("taken", _UNSET, names.get(taker or 0))))
    steps += [(act.at, _act_step(act, names)) for act in acts]
    if case.resolved_at is not None:
        closed = Step(
            "resolved",
            _UNSET,
            names.get(case.resolved_by or 0),
            code=case.outcome_code,
            note=case.note,
            false_alarm=case.false_alarm,
        )
        steps.append((case.resolved_at, closed))
    return steps


def _act_step(act: HandoverAct, names: Mapping[int, str]) -> Step:
    return Step(
        act.kind,
        _UNSET,
        names.get(act.staff_id),
        note=act.why,
        to=names.get(act.to_staff_id or 0),
        from_level=act.from_level,
        to_level=act.to_level,
    )


def _seen_before_taken(case: Handover) -> bool:
    if case.acknowledged_at is None or case.taken_at is None:
        return True
    return case.acknowledged_at < case.taken_at
