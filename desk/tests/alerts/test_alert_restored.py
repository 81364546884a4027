"""An alert about what a restored record holds says so: it may have been seen to since."""

from datetime import UTC, datetime, timedelta

from nightdesk_desk.alerts.content import of_handover

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
OPENED = AT - timedelta(days=1)


def test_it_says_that_it_comes_from_a_backup_and_of_when() -> None:
    message = of_handover("Clinic", "P1", "crisis", OPENED, AT, 5, "c_1", "", restored_at=AT)
    assert "From a backup that was restored at 2026-11-26 12:00" in message.text
    assert message.data["restored_at"] == AT.isoformat()


def test_any_other_says_nothing_of_it() -> None:
    message = of_handover("Clinic", "P1", "crisis", OPENED, AT, 5, "c_1", "")
    assert "backup" not in message.text
    assert "restored_at" not in message.data
