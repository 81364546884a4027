"""What the desk takes from its environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

from nightdesk_contract.clinic import is_desk_url
from nightdesk_contract.clinic_alerts import is_webhook
from nightdesk_contract.domain_answers import domain_at

from nightdesk_desk.bursts import PACE
from nightdesk_desk.privacy import keys
from nightdesk_desk.shared.address import OPTIONS, is_redis_url

PROJECT_ROOT = Path(__file__).resolve().parents[2]
"""The checkout: both local packages are installed in place."""


TOTP_POLICIES = ("none", "leads", "all")
"""Who must use one-time passwords."""


class SettingsError(ValueError):
    """A variable of the environment cannot be used; the text names it."""


@dataclass(frozen=True)
class Settings:
    """The desk's settings; every field has the environment variable named beside it."""

    host: str  # DESK_HOST
    port: int  # DESK_PORT
    rasa_url: str  # RASA_URL (several with commas), or RASA_PORT on this machine
    rasa_deadline: float  # DESK_RASA_DEADLINE, seconds for one turn
    var: Path  # NIGHTDESK_VAR
    database_url: str = field(repr=False)  # DATABASE_URL; it may hold a password
    clinic_path: Path  # NIGHTDESK_CLINIC
    data: Path  # NIGHTDESK_DATA
    domain: Path = PROJECT_ROOT / "domain.yml"  # NIGHTDESK_DOMAIN, a file or a folder
    docs: Path = PROJECT_ROOT / "docs"  # NIGHTDESK_DOCS, with the public page on crises
    redis_url: str = field(default="", repr=False)  # REDIS_URL, where several desks share one
    desk_url: str = ""  # DESK_URL, where staff reach the desk: for the links in alerts
    heartbeat_url: str = ""  # DESK_HEARTBEAT_URL, a watcher outside; see heartbeat.py
    require_totp: str = ""  # DESK_REQUIRE_TOTP; empty: all once the clinic is live, else none
    burst_quiet: float = PACE.quiet  # DESK_BURST_QUIET, seconds; see bursts.Pace
    bot_check_every: float = 5.0  # DESK_BOT_CHECK_SECONDS; 0: only for /health/ready
    messages_per_minute: int = 30  # DESK_MESSAGES_PER_MINUTE, one conversation
    address_messages_per_minute: int = 240  # DESK_ADDRESS_MESSAGES_PER_MINUTE
    address_conversations_per_minute: int = 60  # DESK_ADDRESS_CONVERSATIONS_PER_MINUTE
    address_connections: int = 200  # DESK_ADDRESS_CONNECTIONS, open at once
    connections: int = 4000  # DESK_CONNECTIONS, of all addresses
    proxies: str = "127.0.0.1"  # FORWARDED_ALLOW_IPS, whose word on a client's address is taken

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings. Raises SettingsError for a value that cannot be used."""

        def text(name: str, default: str) -> str:
            return environment.get(name, "").strip() or default

        try:
            # They are read from the environment whenever a text is; here they are only checked.
            keys.current(environment)
        except keys.KeysError as error:
            raise SettingsError(str(error)) from error
        var = Path(text("NIGHTDESK_VAR", str(PROJECT_ROOT / "var"))).expanduser().resolve()
        rasa_port = _port("RASA_PORT", text("RASA_PORT", "5005"))
        return Settings(
            host=text("DESK_HOST", "127.0.0.1"),
            port=_port("DESK_PORT", text("DESK_PORT", "8000")),
            rasa_url=_rasa("RASA_URL", text("RASA_URL", f"http://127.0.0.1:{rasa_port}")),
            rasa_deadline=_positive("DESK_RASA_DEADLINE", text("DESK_RASA_DEADLINE", "6")),
            var=var,
            database_url=database_url(text("DATABASE_URL", f"sqlite:///{var / 'desk.sqlite3'}")),
            clinic_path=Path(text("NIGHTDESK_CLINIC", str(PROJECT_ROOT / "clinic.yml"))),
            data=Path(text("NIGHTDESK_DATA", str(PROJECT_ROOT / "data"))),
            domain=Path(text("NIGHTDESK_DOMAIN", str(domain_at(PROJECT_ROOT)))),
            docs=Path(text("NIGHTDESK_DOCS", str(PROJECT_ROOT / "docs"))),
            redis_url=_redis("REDIS_URL", text("REDIS_URL", "")),
            desk_url=_address("DESK_URL", text("DESK_URL", "")),
            heartbeat_url=_watcher("DESK_HEARTBEAT_URL", text("DESK_HEARTBEAT_URL", "")),
            require_totp=_one_of("DESK_REQUIRE_TOTP", text("DESK_REQUIRE_TOTP", ""), TOTP_POLICIES),
            burst_quiet=_quiet(
                "DESK_BURST_QUIET", text("DESK_BURST_QUIET", str(PACE.quiet)), PACE.longest
            ),
            bot_check_every=_quiet(
                "DESK_BOT_CHECK_SECONDS",
                text("DESK_BOT_CHECK_SECONDS", "5"),
                60.0,
            ),
            messages_per_minute=_count(
                "DESK_MESSAGES_PER_MINUTE", text("DESK_MESSAGES_PER_MINUTE", "30")
            ),
            address_messages_per_minute=_count(
                "DESK_ADDRESS_MESSAGES_PER_MINUTE", text("DESK_ADDRESS_MESSAGES_PER_MINUTE", "240")
            ),
            address_conversations_per_minute=_count(
                "DESK_ADDRESS_CONVERSATIONS_PER_MINUTE",
                text("DESK_ADDRESS_CONVERSATIONS_PER_MINUTE", "60"),
            ),
            address_connections=_count(
                "DESK_ADDRESS_CONNECTIONS", text("DESK_ADDRESS_CONNECTIONS", "200")
            ),
            connections=_count("DESK_CONNECTIONS", text("DESK_CONNECTIONS", "4000")),
            proxies=_proxies("FORWARDED_ALLOW_IPS", text("FORWARDED_ALLOW_IPS", "127.0.0.1")),
        )


def database_url(url: str) -> str:
    """Give `url` with the driver that the desk uses.

    Takes `sqlite:///path`, `postgres://…`, `postgresql://…` or a full SQLAlchemy address.
    Raises SettingsError for any other database.
    """
    scheme, separator, rest = url.partition("://")
    if not separator:
        raise SettingsError("DATABASE_URL: expected an address such as postgresql://…")
    kind = scheme.partition("+")[0]
    if kind == "sqlite":
        return f"sqlite+aiosqlite://{rest}"
    if kind in ("postgres", "postgresql"):
        return f"postgresql+psycopg://{rest}"
    raise SettingsError("DATABASE_URL: only sqlite:// and postgresql:// are supported")


def _port(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingsError(f"{name}: expected a port from 1 to 65535")
    return int(text)


def _rasa(name: str, text: str) -> str:
    addresses = [each.strip().rstrip("/") for each in text.split(",")]
    for address in addresses:
        try:
            parts = urlsplit(address)
            right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            right = False
        if not right:
            raise SettingsError(
                f"{name}: expected Rasa's address, or several with commas, such as "
                "http://rasa-1:5005,http://rasa-2:5005"
            )
    return ",".join(addresses)


def _address(name: str, text: str) -> str:
    if text and not is_desk_url(text):
        raise SettingsError(f"{name}: expected an address such as https://desk.clinic.example")
    return text.rstrip("/")


def _redis(name: str, text: str) -> str:
    # It is not shown, nor any part of it: with a character wrong, all of it may be the password.
    if text and not is_redis_url(text):
        options = ", ".join(dict.fromkeys(name for names in OPTIONS.values() for name in names))
        raise SettingsError(
            f"{name}: expected redis://:PASSWORD@HOST:PORT/NUMBER, rediss://… (with TLS) or "
            f"unix:///PATH, a password's / ? # @ % percent-encoded; after a ? only {options}"
        )
    return text


def _watcher(name: str, text: str) -> str:
    # It is not shown: whoever knows it can give signs of life.
    if text and not is_webhook(text):
        raise SettingsError(f"{name}: expected an https:// address")
    return text


def _proxies(name: str, text: str) -> str:
    """Give the proxies as they are, each an address or a network.

    With `*`, or a network of everybody, every client could write the address that limits count it
    by and that the audit record keeps.
    """
    try:
        networks = [ip_network(each.strip()) for each in text.split(",")]
    except ValueError:
        networks = []
    if not networks or any(network.prefixlen == 0 for network in networks):
        raise SettingsError(
            f"{name}: expected the addresses or networks of your proxy, such as "
            "10.0.0.5,10.1.0.0/16 (not everybody's: each client could then take any address)"
        )
    return text


def _one_of(name: str, text: str, allowed: tuple[str, ...]) -> str:
    if text and text not in allowed:
        raise SettingsError(f"{name}: expected one of {', '.join(allowed)}")
    return text


def _count(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10_000_000:
        raise SettingsError(f"{name}: expected a whole number above 0")
    return int(text)


def _quiet(name: str, text: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        raise SettingsError(f"{name}: expected seconds, 0 (off) to {most:g}")
    return value


def _positive(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 600:
        raise SettingsError(f"{name}: expected seconds, above 0 and at most 600")
    return value
