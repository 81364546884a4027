"""The desk's API as the widget asks it: how long it waits, and what it takes for a fault.

The waits are those of desk/widget/src/api.ts.
"""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncGenerator
from typing import Any

import httpx

ANSWER_WITHIN = 10.0
SILENT = 40.0

_TLS = ssl.create_default_context()
# Making one for each client takes longer than all that the client does; nothing here speaks TLS.


class ApiError(Exception):
    """A call that failed; `status` 0 means that no answer of the desk's came."""

    def __init__(self, status: int, code: str = "") -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code

    @property
    def lost(self) -> bool:
        """Whether the desk does not know the conversation."""
        return self.code in ("unauthorized", "not_found")

    @property
    def passing(self) -> bool:
        """Whether the same may work later."""
        return self.status in (0, 408) or self.status >= 500


class Api:
    """The API with one visitor's `token`; asked between `open` and `close`, again and again."""

    def __init__(self, url: str, token: str) -> None:
        self.token = token
        self._url = url
        self._http: httpx.AsyncClient | None = None

    @property
    def is_open(self) -> bool:
        """Whether the desk can be asked."""
        return self._http is not None

    def open(self) -> None:
        """Ask from now on."""
        self._http = httpx.AsyncClient(
            base_url=self._url, verify=_TLS, trust_env=False, timeout=None
        )

    async def close(self) -> None:
        """Ask no more, and give the connections back."""
        if self._http:
            await self._http.aclose()
            self._http = None

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        within: float = ANSWER_WITHIN,
    ) -> Any:
        """Ask for a path below the conversations. Gives the answer's JSON. Raises ApiError."""
        assert self._http
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        try:
            async with asyncio.timeout(within):
                answer = await self._http.request(
                    method, f"/api/conversations{path}", json=body, headers=sent
                )
            if answer.is_success:
                return answer.json()
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            raise ApiError(0) from error
        _refused(answer)
        return None

    async def stream(self, conversation: str, after: int) -> AsyncGenerator[dict[str, Any] | None]:
        """Give each event behind a number, and None for every line that comes, comments included.

        Ends when the desk ends it. Raises ApiError.
        """
        assert self._http
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "text/event-stream"}
        if after:
            headers["Last-Event-ID"] = str(after)
        path = f"/api/conversations/{conversation}/stream?after={after}"
        try:
            async with contextlib.AsyncExitStack() as stack:
                async with asyncio.timeout(ANSWER_WITHIN):
                    answer = await stack.enter_async_context(
                        self._http.stream("GET", path, headers=headers)
                    )
                if answer.status_code != 200:
                    await asyncio.wait_for(answer.aread(), ANSWER_WITHIN)
                    _refused(answer)
                lines = answer.aiter_lines()
                kind, data = "", ""
                while True:
                    async with asyncio.timeout(SILENT):
                        line = await anext(lines, None)
                    if line is None:
                        return
                    yield None
                    if line.startswith("event: "):
                        kind = line[7:]
                    elif line.startswith("data: "):
                        data = line[6:]
                    elif not line:
                        if data and kind != "typing":
                            yield json.loads(data)
                        kind, data = "", ""
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            raise ApiError(0) from error


def _refused(answer: httpx.Response) -> None:
    """Raise what a refusal of the desk means."""
    try:
        body = answer.json()
        code = str(body["error"]) if body["message"] else ""
    except (ValueError, KeyError, TypeError):
        code = ""
    raise ApiError(answer.status_code if code else 0, code)
