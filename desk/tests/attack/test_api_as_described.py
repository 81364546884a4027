"""The visitor's API is as /openapi.json says, for what it allows and for what it does not.

Schemathesis makes requests from the description, right ones and wrong ones, and compares what comes
back with it. Seeded: the same requests each time. NIGHTDESK_API_EXAMPLES=200 tries longer.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from desk_in_process import Served
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi import checks

EXAMPLES = int(os.environ.get("NIGHTDESK_API_EXAMPLES", "8"))
"""For each operation, each way of asking, and each kind of credential."""

BOUNDED = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ALWAYS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
ENDLESS = ("/api/conversations/{conversation_id}/stream",)
"""A stream has no end: with the right token it is looked at in test_stream."""

JUDGED = ("/messages", "/contact")
"""What stands in the words decides here, and that is beyond a description: "   " is no message."""

AWAY = {"GET /health/ready": 503}
"""There is no bot behind this desk, and it says so."""


class Asker:
    """Sends what was made, to a conversation that is there or to whatever was made up."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url)
        self.seen: dict[str, set[int]] = {}
        self._mine: dict[str, str] = {}

    def ask(self, case: Case, checked: list[Any], *, inside: bool) -> None:
        headers = {}
        if inside:
            mine = self._conversation()
            case.path_parameters = {**(case.path_parameters or {}), **{"conversation_id": mine[0]}}
            headers = {"Authorization": f"Bearer {mine[1]}"}
        wait = (case.query or {}).get("wait")
        if isinstance(wait, int | float) and wait > 0:
            case.query["wait"] = min(wait, 0.01) if wait <= 25 else wait
        if has_wrong_body(case):
            # Not for a query: what an address has beside what is known means nothing.
            checked = [*checked, checks.negative_data_rejection]
        if case.operation.label in AWAY:
            checked = [each for each in checked if each is not ALWAYS[0]]
        answer = case.call_and_validate(base_url=self.url, headers=headers, checks=checked)
        self.seen.setdefault(case.operation.label, set()).add(answer.status_code)
        if case.method == "DELETE" and answer.status_code in (200, 202):
            self._mine = {}

    def _conversation(self) -> tuple[str, str]:
        if not self._mine:
            self._mine = self.http.post("/api/conversations").json()
        return self._mine["conversation_id"], self._mine["token"]


@pytest.fixture
def described(served: Served) -> Any:
    return schemathesis.openapi.from_dict(served.app.openapi())


@pytest.fixture
def asker(served: Served) -> Iterator[Asker]:
    made = Asker(served.url)
    yield made
    made.http.close()


def test_what_is_asked_as_described_is_answered_as_described(described: Any, asker: Asker) -> None:
    for operation in operations(described):
        checked = [*ALWAYS]
        if not operation.path.endswith(JUDGED):
            checked.append(checks.positive_data_acceptance)
        for inside in ways(operation):
            run(operation, GenerationMode.POSITIVE, asker, checked, inside=inside)
    for label, status in AWAY.items():
        assert asker.seen[label] == {status}
    assert asker.seen["POST /api/conversations"] == {201}
    for operation in operations(described):
        if operation.path not in ENDLESS and "{conversation_id}" in operation.path:
            # By chance, nobody agrees and leaves a number that is one.
            met = {200, 202, 204, 404} | ({422} if operation.path.endswith("/contact") else set())
            assert asker.seen[operation.label] & met, operation.label
            assert 401 in asker.seen[operation.label]


def test_what_is_asked_otherwise_is_refused_as_described(described: Any, asker: Asker) -> None:
    checked = [*ALWAYS, checks.unsupported_method]
    for operation in operations(described):
        for inside in ways(operation):
            run(operation, GenerationMode.NEGATIVE, asker, checked, inside=inside)
    assert 422 in asker.seen["POST /api/conversations/{conversation_id}/messages"]


def test_no_operation_that_asks_for_a_token_does_without(described: Any, asker: Asker) -> None:
    guarded = [each for each in operations(described) if "{conversation_id}" in each.path]
    assert len(guarded) >= 8
    for operation in guarded:
        assert operation.definition.raw["security"] == [{"HTTPBearer": []}]


def has_wrong_body(case: Case) -> bool:
    """Say whether a case was made with a body that the description does not allow."""
    found = case.meta.components.get(ParameterLocation.BODY) if case.meta else None
    return found is not None and found.mode == GenerationMode.NEGATIVE


def operations(described: Any) -> list[Any]:
    return [found.ok() for found in described.get_all_operations()]


def ways(operation: Any) -> tuple[bool, ...]:
    """Whether it is asked with a conversation's own token: not, and also with it."""
    inside = "{conversation_id}" in operation.path and operation.path not in ENDLESS
    return (False, True) if inside else (False,)


def run(
    operation: Any, mode: GenerationMode, asker: Asker, checked: list[Any], *, inside: bool
) -> None:
    ask: Callable[[Case], None] = lambda case: asker.ask(case, checked, inside=inside)  # noqa: E731

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Case) -> None:
        ask(case)

    try:
        each()
    except Unsatisfiable:
        # Nothing wrong can be asked of an operation without parameters.
        if mode != GenerationMode.NEGATIVE:
            raise
