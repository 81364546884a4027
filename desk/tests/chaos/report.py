"""What a run found, for people and as JSON."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from chaos.judge import Delay, Finding

SHOWN_OF_A_KIND = 5


@dataclass
class Report:
    """The figures of one run, and every promise that was not kept."""

    seed: int
    minutes: float
    visitors: int
    staff: int
    faults: Mapping[str, int]
    left_out: Sequence[str]
    messages: int
    accepted: int
    sent_again: int
    staff_replies: int
    handovers: int
    alerts: int
    alert_repeats: int
    quiet_after: float
    slowest: Mapping[str, float]
    """Seconds until anything was said below a message, the longest, by who said it."""
    began: float
    delays: Sequence[Delay]
    findings: list[Finding] = field(default_factory=list)

    @property
    def exit_status(self) -> int:
        """0 when every promise was kept, else 1."""
        return 1 if self.findings else 0

    def as_json(self) -> dict[str, Any]:
        """Give it all as plain values."""
        row = asdict(self)
        row["delays"] = {
            first: {
                "crisis_messages": len(seconds),
                "median_seconds": round(sorted(seconds)[len(seconds) // 2], 2),
                "worst_seconds": round(max(seconds), 2),
            }
            for first, seconds in self._delays().items()
        }
        return row | {"ok": not self.findings}

    def as_text(self) -> str:
        """Give it for people."""
        kinds = Counter(finding.kind for finding in self.findings)
        lines = [
            f"Seed {self.seed}: {self.visitors} visitors and {self.staff} staff, "
            f"{self.minutes:g} min of faults.",
            "",
            "  faults            "
            + ", ".join(f"{kind} {count}" for kind, count in sorted(self.faults.items())),
            *(f"  LEFT OUT          {kind}" for kind in self.left_out),
            f"  messages          {self.messages}, of them accepted {self.accepted}; "
            f"{self.sent_again} had to be sent more than once; "
            f"replies of staff {self.staff_replies}",
            f"  hand-overs        {self.handovers}; alerts {self.alerts}, "
            f"{self.alert_repeats} came again under the same id",
            f"  lost              {_count(kinds, 'lost', 'never accepted', 'conversation gone')}",
            f"  doubled           {_count(kinds, 'doubled')}",
            f"  out of order      {_count(kinds, 'out of order', 'gap in the log')}",
            f"  unanswered        {_count(kinds, 'unanswered', 'left without a turn')}",
            f"  quiet             {self.quiet_after:.0f} s after the last fault",
            "  slowest answer    "
            + ", ".join(f"{seconds:.1f} s ({who})" for who, seconds in self.slowest.items()),
        ]
        for first, seconds in sorted(self._delays().items()):
            what = {
                "text": "crisis text first",
                "panel": "the widget's own panel first",
                "person": "with a person in the chat",
            }[first]
            most = max(delay.most for delay in self.delays if delay.first == first)
            lines.append(
                f"  {what}: {len(seconds)} crisis messages, worst {max(seconds):.1f} s "
                f"without help on the screen (at most {most:g})"
            )
        lines += [f"    late: {self._late(delay)}" for delay in self.delays if delay.late]
        for kind, count in sorted(kinds.items()):
            shown = [f.about for f in self.findings if f.kind == kind][:SHOWN_OF_A_KIND]
            lines.append(f"  FOUND {kind}: {count} ({', '.join(shown)})")
        lines += ["", "Nothing is lost." if not self.findings else "Not every promise was kept."]
        return "\n".join(lines)

    def _late(self, delay: Delay) -> str:
        def after(seconds: float | None) -> str:
            return "never" if seconds is None else f"after {seconds:.1f} s"

        return (
            f"pressed at {delay.pressed_at - self.began:.1f} s, accepted "
            f"{after(delay.accepted_after)}, text {after(delay.text_after)}, "
            f"{delay.seconds:.1f} s without help"
        )

    def _delays(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        for delay in self.delays:
            found.setdefault(delay.first, []).append(delay.seconds)
        return found


def _count(kinds: Counter[str], *names: str) -> int:
    return sum(count for kind, count in kinds.items() if any(name in kind for name in names))
