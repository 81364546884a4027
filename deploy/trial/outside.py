"""Which ports answer from outside: from an address of this machine that is not its own loopback."""

import socket
from collections.abc import Mapping

WITHIN = 2.0


def outside_address() -> str | None:
    """Give an address of this machine that others could reach, or None."""
    # Nothing is sent: it only makes the machine choose.
    for family, anywhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((anywhere, 9))
            except OSError:
                continue
            address = str(probe.getsockname()[0])
            if not address.startswith("127.") and address != "::1":
                return address
    return None


def reachable(address: str, ports: Mapping[str, int]) -> list[str]:
    """Give the names of those that take a connection at the address."""
    return [name for name, port in ports.items() if _takes(address, port)]


def _takes(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=WITHIN).close()
    except OSError:
        return False
    return True
