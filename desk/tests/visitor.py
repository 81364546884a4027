"""A visitor over real HTTP, as the widget is one, without a browser."""

import time
from types import TracebackType
from typing import Any, Self

import httpx
from log_leaks import note_sent

Event = dict[str, Any]


class Visitor:
    """Somebody with a conversation of their own."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30)
        answer = self.http.post("/api/conversations")
        assert answer.status_code == 201, answer.text
        self.conversation_id = str(answer.json()["conversation_id"])
        self.token = str(answer.json()["token"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    @property
    def path(self) -> str:
        """The conversation's address."""
        return f"/api/conversations/{self.conversation_id}"

    @property
    def headers(self) -> dict[str, str]:
        """What shows that the conversation is ours."""
        return {"Authorization": f"Bearer {self.token}"}

    def post(self, body: object, key: str | None = None) -> httpx.Response:
        """Send a message's body as it stands."""
        if isinstance(body, dict) and isinstance(body.get("text"), str):
            note_sent(body["text"])
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.http.post(f"{self.path}/messages", json=body, headers=headers)

    def leave(self, form: object) -> httpx.Response:
        """Send the contact form as it stands."""
        for value in form.values() if isinstance(form, dict) else ():
            note_sent(str(value))
        return self.http.post(f"{self.path}/contact", json=form, headers=self.headers)

    def say(self, text: str) -> int:
        """Send a message. Gives its sequence number."""
        answer = self.post({"text": text})
        assert answer.status_code == 202, answer.text
        return int(answer.json()["seq"])

    def events(self, after: int = 0, wait: int = 0) -> list[Event]:
        """Read the conversation after a sequence number."""
        answer = self.http.get(
            f"{self.path}/events", params={"after": after, "wait": wait}, headers=self.headers
        )
        assert answer.status_code == 200, answer.text
        events: list[Event] = answer.json()
        return events

    def replies(self, after: int, seconds: float = 30) -> list[Event]:
        """Wait for what is said to the visitor after a sequence number."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = [event for event in self.events(after, wait=5) if event["from"] != "visitor"]
            if found:
                return found
        raise AssertionError(f"no answer within {seconds:.0f} s")

    def ask(self, text: str, seconds: float = 30) -> list[Event]:
        """Send a message and wait for the answer: the events of its turn."""
        return self.replies(self.say(text), seconds)


def outcomes(events: list[Event]) -> list[str]:
    """Give the outcomes in `events`, in order."""
    return [event["outcome"] for event in events if event["outcome"]]


def words(events: list[Event]) -> str:
    """Give everything that `events` say."""
    return "\n".join(event["text"] for event in events)
