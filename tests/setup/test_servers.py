"""The servers of the whole topology are found, or what is missing is named."""

import pytest

import servers
from nightdesk.run.progress import StepFailed
from servers import SERVERS, Server, ensure_servers, is_there


def test_a_program_off_the_path_is_found(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "/nowhere")
    (tmp_path / "15" / "bin").mkdir(parents=True)
    (tmp_path / "15" / "bin" / "initdb").touch()
    monkeypatch.setattr(servers, "PLACES", (f"{tmp_path}/*/bin",))
    assert is_there(SERVERS[0])
    assert not is_there(Server("Other", "other-server", "other"))


def test_what_is_missing_and_cannot_be_installed_is_named_with_its_package(monkeypatch, tmp_path):
    monkeypatch.setattr(servers, "is_there", lambda server: server.title != "Redis")
    monkeypatch.setattr(servers, "debian_packages_usable", lambda: False)
    with pytest.raises(StepFailed, match=r"Redis\. .*apt-get install redis-server\)"):
        ensure_servers(tmp_path / "log")


def test_nothing_is_installed_where_all_is_there(monkeypatch, tmp_path):
    monkeypatch.setattr(servers, "is_there", lambda server: True)
    monkeypatch.setattr(servers, "run_logged", lambda *_: pytest.fail("it installs"))
    ensure_servers(tmp_path / "log")


def test_missing_ones_come_from_debian_without_being_started(monkeypatch, tmp_path):
    policy, ran = tmp_path / "policy", []
    monkeypatch.setattr(servers, "POLICY", policy)
    monkeypatch.setattr(servers, "is_there", lambda server: server.title == "Redis")
    monkeypatch.setattr(servers, "debian_packages_usable", lambda: True)

    def run(command, log, failed, env):
        assert policy.read_text().endswith("exit 101\n")
        ran.append(command)

    monkeypatch.setattr(servers, "run_logged", run)
    ensure_servers(tmp_path / "log")
    assert ran[0] == ["apt-get", "update"]
    assert ran[1][-3:] == ["postgresql", "nginx-light", "openssl"]
    assert not policy.exists()
