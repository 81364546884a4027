"""The short form of the chaos test: each fault once, while some visitors and staff talk."""

from pathlib import Path

from chaos.disk import small_disk
from chaos.judge import LATE
from chaos.running import Wanted, run


def test_nothing_is_lost_while_everything_breaks(tmp_path: Path) -> None:
    wanted = Wanted(visitors=20, staff=2, seed=1, brief=True)
    with small_disk(tmp_path / "var") as is_small:
        report = run(wanted, tmp_path / "var", is_small, print)

    # Shown where it fails: the seed, the faults and everything that was found.
    print(report.as_text())
    # How late help came is judged by `make chaos`: beside other tests, time says little.
    assert [found for found in report.findings if found.kind != LATE] == []
    assert report.accepted == report.messages > 20
    assert sum(report.faults.values()) >= 13
    assert report.handovers
    assert report.staff_replies
    assert report.delays
