"""Why an alert did not reach an address: kinds for figures, codes for the record, words for people.

A code never holds a secret: at most a status, a variable's name or an address's first word.
"""

from typing import Literal, NamedTuple, get_args

Kind = Literal[
    "no_variable",
    "bad_address",
    "unknown_service",
    "removed",
    "refused",
    "redirected",
    "server",
    "timeout",
    "connection",
    "failed",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

LASTING: frozenset[Kind] = frozenset(["no_variable", "bad_address", "unknown_service"])
"""Only an edit mends these: waiting for another try does not."""

SERVICES = (
    "mailto, slack, workflows (Teams), twilio, pagerduty and others "
    "(https://appriseit.com/services/)"
)


class Fault(NamedTuple):
    """One kind of failure, with what tells it apart."""

    kind: Kind
    detail: str = ""

    @property
    def code(self) -> str:
        """The fault as the record keeps it."""
        return f"{self.kind} {self.detail}".strip()[:80]

    @property
    def words(self) -> str:
        """The fault as people read it, after the address's name."""
        return _WORDS[self.kind].format(
            detail=self.detail, status=f" ({self.detail})" if self.detail else ""
        )


def fault_of(code: str | None) -> Fault | None:
    """Give the fault that the record keeps as `code`."""
    kind, _, detail = (code or "").partition(" ")
    return Fault(kind, detail) if kind in KINDS else None


def fault_of_status(status: int) -> Fault:
    """Give the fault that an answer with this status (not 2xx) means."""
    kind: Kind = "redirected" if status < 400 else "refused" if status < 500 else "server"
    return Fault(kind, str(status))


_WORDS: dict[Kind, str] = {
    "no_variable": "the variable {detail} is not set where the desk runs",
    "bad_address": "its address or secret is not complete, or not of the right form",
    "unknown_service": f"{{detail}}:// is no service that Apprise knows; it knows {SERVICES}",
    "removed": "it is no longer in clinic.yml",
    "refused": "it refused the message{status}",
    "redirected": "it leads elsewhere, which is not followed{status}",
    "server": "its server failed{status}",
    "timeout": "it did not answer in time",
    "connection": "no connection to it could be made",
    "failed": "it did not take the message",
}
