"""The units of a machine with systemd: hardened, and as systemd itself reads them."""

import re
import shutil
import subprocess

import pytest

UNITS = (
    "nightdesk-desk@.service",
    "nightdesk-rasa@.service",
    "nightdesk-actions.service",
    "nightdesk-proxy.service",
)
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectControlGroups": "yes",
    "RestrictNamespaces": "yes",
    "RestrictSUIDSGID": "yes",
    "LockPersonality": "yes",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
    "Restart": "always",
}
MOST_EXPOSED = 2.0
"""Of 10, as `systemd-analyze security` counts; below it says OK."""


@pytest.fixture
def folder(root):
    return root / "deploy" / "systemd"


def settings(text):
    return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))


@pytest.mark.parametrize("unit", UNITS)
def test_each_unit_is_hardened(folder, unit):
    found = settings((folder / unit).read_text())
    assert {name: found.get(name) for name in HARDENED} == HARDENED
    assert found["User"] not in ("", "root")
    assert found["ReadWritePaths"]
    assert "NIGHTDESK_DESKS" not in found


@pytest.mark.parametrize("unit", ["nightdesk-rasa@.service", "nightdesk-actions.service"])
def test_rasa_and_the_actions_speak_with_this_machine_alone(folder, unit):
    found = settings((folder / unit).read_text())
    assert (found["IPAddressDeny"], found["IPAddressAllow"]) == ("any", "localhost")
    assert "127.0.0.1" in found["ExecStart"]


def test_the_examples_hold_no_secret(folder):
    for path in folder.glob("*.example"):
        for name, value in settings(path.read_text()).items():
            assert "://" not in value or "@" not in value or "CHANGE-ME@" in value, (path, name)


def test_rasa_is_given_no_way_to_the_desks_record(folder):
    assert "DATABASE_URL" not in settings((folder / "rasa.env.example").read_text())


@pytest.fixture
def analyze():
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not on this machine")

    def run(*arguments):
        done = subprocess.run(
            ["systemd-analyze", *arguments], capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    return run


def test_systemd_understands_the_units(folder, analyze):
    said = analyze("verify", *(str(path) for path in sorted(folder.glob("nightdesk*"))))
    # The checkout is not in /opt here.
    missing = re.compile(r".*Command /opt/nightdesk/\S+ is not executable: No such file.*")
    ours = [line for line in said.splitlines() if "nightdesk" in line and not missing.match(line)]
    assert ours == []


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_calls_the_units_safe(folder, unit, analyze):
    said = analyze("security", "--offline=true", str(folder / unit))
    level = re.search(r"exposure level for \S+: ([\d.]+)", said)
    assert level, said[-300:]
    assert float(level[1]) <= MOST_EXPOSED
