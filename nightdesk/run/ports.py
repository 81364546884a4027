"""The three ports: read from the environment, and seen to be free before anything starts."""

import os
import socket
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass

from nightdesk.run.progress import StepFailed

LOOPBACK = "127.0.0.1"
DEFAULTS = {"DESK_PORT": 8000, "RASA_PORT": 5005, "ACTIONS_PORT": 5055}


@dataclass(frozen=True)
class Ports:
    """The desk listens where DESK_HOST says; rasa and actions on loopback only."""

    desk: int
    rasa: int
    actions: int
    desk_host: str = LOOPBACK

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> "Ports":
        """Read DESK_PORT, RASA_PORT, ACTIONS_PORT and DESK_HOST.

        Raises StepFailed for something that is no port, or for one port named twice.
        """
        numbers = {name: _port(name, environment.get(name, "")) for name in DEFAULTS}
        taken: dict[int, str] = {}
        for name, number in numbers.items():
            if number in taken:
                raise StepFailed(f"{taken[number]} and {name} are both {number}; they must differ.")
            taken[number] = name
        return Ports(
            desk=numbers["DESK_PORT"],
            rasa=numbers["RASA_PORT"],
            actions=numbers["ACTIONS_PORT"],
            desk_host=environment.get("DESK_HOST", "").strip() or LOOPBACK,
        )

    @property
    def desk_url(self) -> str:
        """The desk's address on this machine."""
        everywhere = self.desk_host in ("0.0.0.0", "::", "")
        return f"http://{LOOPBACK if everywhere else self.desk_host}:{self.desk}"

    def check_free(self) -> None:
        """Raises StepFailed, naming port and variable, when one of the ports is in use."""
        wanted = (
            ("DESK_PORT", self.desk_host, self.desk),
            ("RASA_PORT", LOOPBACK, self.rasa),
            ("ACTIONS_PORT", LOOPBACK, self.actions),
        )
        for name, host, number in wanted:
            reason = _not_free(host, number)
            if reason:
                another = (
                    " Another Nightdesk is running there."
                    if name == "DESK_PORT" and _is_nightdesk(self.desk_url)
                    else ""
                )
                raise StepFailed(
                    f"Port {number} ({name}) {reason}.{another} "
                    f"Stop what uses it, or choose another: {name}={number + 1} make run"
                )


def _port(name: str, text: str) -> int:
    text = text.strip()
    if not text:
        return DEFAULTS[name]
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 65536:
        raise StepFailed(f"{name} must be a port number from 1 to 65535.")
    return int(text)


def _not_free(host: str, number: int) -> str:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: a connection still closing does not make the port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except PermissionError:
            return "needs rights that you do not have"
        except OSError as error:
            if isinstance(error, socket.gaierror):
                return f"cannot be used: DESK_HOST={host} is not an address of this machine"
            return "is already in use"
    return ""


def _is_nightdesk(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/widget/config", timeout=1) as answer:
            return b'"clinic"' in answer.read(65536)
    except (OSError, ValueError):
        return False
