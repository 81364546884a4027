"""Locks are held and small disks are filled; what is no small disk is left alone."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from chaos.breaking import fill_up, hold_lock
from chaos.disk import small_disk


def test_a_lock_keeps_other_writers_out(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (n)")
    holder = threading.Thread(target=hold_lock, args=(path, 0.5))
    holder.start()
    time.sleep(0.2)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        sqlite3.connect(path, timeout=0).execute("INSERT INTO t VALUES (1)")
    holder.join()
    sqlite3.connect(path, timeout=0).execute("INSERT INTO t VALUES (1)")


def test_a_small_disk_is_filled_to_the_last_byte(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as mounted:
        if not mounted:
            pytest.skip("this user cannot mount")
        ballast = tmp_path / "disk" / "ballast"
        fill_up(ballast)
        with pytest.raises(OSError, match="No space"):
            (tmp_path / "disk" / "more").write_bytes(bytes(5000))
        ballast.unlink()
        (tmp_path / "disk" / "more").write_bytes(bytes(5000))


def test_no_great_disk_is_filled(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no small disk"):
        fill_up(tmp_path / "ballast", most=2**21)
