"""How often somebody may try a password or a code; kept in memory, so a restart forgives."""

from dataclasses import dataclass, field

from nightdesk_desk.limits import RateLimit
from nightdesk_desk.staff.accounts import plain_username


class LoginLimits:
    """The tries at one thing that only its owner knows."""

    def __init__(self, account_per_minute: int = 10, account_burst: int = 30) -> None:
        # One person at one desk is stopped first; the account as a whole only by a wide attack,
        # so that guessing from elsewhere does not lock its owner out.
        self._user_here = RateLimit(per_minute=1, burst=5)
        self._user = RateLimit(account_per_minute, account_burst)
        self._address = RateLimit(per_minute=6, burst=20)

    def allow(self, username: str, address: str) -> bool:
        """Count a try and say whether it may be looked at."""
        username = plain_username(username)[:64]
        # The address first: what it stops must not use up the tries of an account.
        return (
            self._address.wait(address) == 0
            and self._user_here.wait(f"{username}\n{address}") == 0
            and self._user.wait(username) == 0
        )


@dataclass(frozen=True)
class SignInLimits:
    """Passwords and codes, each counted wherever it is asked for.

    A code has six figures and three are right at a time, so an account has far fewer tries at
    codes: whoever is guessing them knows the password already.
    """

    passwords: LoginLimits = field(default_factory=LoginLimits)
    codes: LoginLimits = field(
        default_factory=lambda: LoginLimits(account_per_minute=1, account_burst=10)
    )
