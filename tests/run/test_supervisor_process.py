import errno

import pytest
from supervisor import loggers

from nightdesk.run.supervisor_process import outlive_a_full_disk


class FullDisk:
    def write(self, _line):
        raise OSError(errno.ENOSPC, "No space left on device")

    flush = write
    close = write


def log_on_a_full_disk(monkeypatch):
    """Neither the log nor what Python prints about it can be written."""
    monkeypatch.setattr(loggers.Handler, "handleError", loggers.Handler.handleError)
    # Here and not in a fixture: pytest sets it anew for each part of a test.
    monkeypatch.setattr("sys.stderr", FullDisk())
    logger = loggers.getLogger()
    logger.addHandler(loggers.StreamHandler(FullDisk()))
    logger.handlers[0].setFormat("%(message)s")
    return logger


def test_supervisor_by_itself_fails_when_neither_can_be_written(monkeypatch):
    log = log_on_a_full_disk(monkeypatch)
    with pytest.raises(OSError, match="No space"):
        log.info("rasa says something")


def test_ours_goes_on(monkeypatch):
    log = log_on_a_full_disk(monkeypatch)
    outlive_a_full_disk()
    log.info("rasa says something")
