"""A member of staff: takes who waits, answers, passes on or gives back, and resolves."""

import asyncio
import re
import secrets
import time
from random import Random

import httpx
from running_system import PASSWORD

from chaos.plain import Sent
from chaos.said import Sentences

THINK = (0.5, 2.5)
TRIES = 60
AGAIN = 1.0


class StaffMember:
    """Somebody with an account, who works until told to stop and then finishes what they have."""

    def __init__(self, username: str, url: str, seed: int, sentences: Sentences) -> None:
        self.username = username
        self.replies: list[tuple[str, Sent]] = []
        self._random = Random(f"{seed} {username}")
        self._sentences = sentences
        self._csrf = ""
        self._mine: set[str] = set()
        self._http = httpx.AsyncClient(base_url=url, verify=False, trust_env=False, timeout=20)

    async def work(self, until: float) -> None:
        """Work until that moment of the monotonic clock, then finish."""
        await self._sign_in()
        while time.monotonic() < until or await self._has_any():
            page = await self._get("/inbox")
            case = self._choose(page, take_new=time.monotonic() < until)
            if case:
                await self._see_to(case, finish=time.monotonic() >= until)
            await asyncio.sleep(self._random.uniform(*THINK))
        await self._http.aclose()

    async def _has_any(self) -> bool:
        page = await self._get("/inbox")
        return bool(_cases(page, "taken-h") & (self._mine | self._called(page)))

    def _called(self, page: str) -> set[str]:
        # What a colleague has passed on to this person calls for them by name.
        found = re.findall(r"(?s)<li class=\"case .*?</li>", page)
        return {c for row in found if "passed this on to you" in row for c in _ids(row)}

    def _choose(self, page: str, *, take_new: bool) -> str | None:
        mine = _cases(page, "taken-h") & (self._mine | self._called(page))
        waiting = _cases(page, "waiting-h") if take_new else set()
        if mine and (not waiting or self._random.random() < 0.6):
            return self._random.choice(sorted(mine))
        ordered = [case for case in _ids(page) if case in waiting]
        # The most serious stand first; colleagues look at the same list.
        return self._random.choice(ordered[:8]) if ordered else None

    async def _see_to(self, case: str, *, finish: bool) -> None:
        path = f"/inbox/conversations/{case}"
        page = await self._get(path)
        if 'id="reply-send" class="primary" disabled' in page:
            if not await self._act(case, "take"):
                return
            self._mine.add(case)
        self._mine.add(case)
        await asyncio.sleep(self._random.uniform(*THINK))
        await self._reply(case)
        what = self._random.random()
        if finish or what < 0.55:
            page = await self._get(path)
            seen = max((int(n) for n in re.findall(r'id="event-(\d+)"', page)), default=0)
            fields = {"note": "Seen to.", "outcome_code": "answered", "seen": str(seen)}
            if await self._act(case, "resolve", **fields):
                self._mine.discard(case)
        elif what < 0.7:
            colleagues = re.findall(r'<option value="(\d+)"', page)
            if colleagues and await self._act(case, "pass", to=self._random.choice(colleagues)):
                self._mine.discard(case)
        elif what < 0.8 and await self._act(case, "release"):
            self._mine.discard(case)

    async def _reply(self, case: str) -> None:
        [text] = self._random.choice(self._sentences.parts["staff"])
        sent = Sent(secrets.token_urlsafe(12), text, "staff", time.monotonic())
        self.replies.append((case, sent))
        sent.begun_at = time.monotonic()
        if await self._act(case, "reply", text=text, key=sent.key):
            sent.accepted_at = time.monotonic()

    async def _act(self, case: str, act: str, **fields: str) -> bool:
        """Do something, again and again until the desk has answered. Gives whether it was done."""
        path = f"/inbox/conversations/{case}/{act}"
        answer = await self._surely("POST", path, fields)
        return answer.status_code == 303

    async def _get(self, path: str) -> str:
        return (await self._surely("GET", path)).text

    async def _surely(
        self, method: str, path: str, fields: dict[str, str] | None = None
    ) -> httpx.Response:
        said = ""
        for _ in range(TRIES):
            try:
                data = None if fields is None else fields | {"csrf_token": self._csrf}
                answer = await self._http.request(method, path, data=data)
            except httpx.HTTPError as error:
                said = type(error).__name__
                await asyncio.sleep(AGAIN)
                continue
            said = f"{method} {path.rpartition('/')[2]}: {answer.status_code}"
            if "/inbox/login" in answer.headers.get("location", ""):
                await self._sign_in()
            elif answer.status_code < 500:
                return answer
            else:
                await asyncio.sleep(AGAIN)
        raise AssertionError(f"{self.username} gets no answer from the desk any more ({said})")

    async def _sign_in(self) -> None:
        said = ""
        for _ in range(TRIES):
            try:
                inbox = await self._http.get("/inbox")
                said = str(inbox.status_code)
                if inbox.status_code == 200:
                    # Signed in, perhaps by an earlier try whose answer was lost.
                    self._csrf = _token(inbox.text)
                    return
                page = (await self._http.get("/inbox/login")).text
                form = {"username": self.username, "password": PASSWORD, "next": "/inbox"}
                form["csrf_token"] = _token(page)
                answer = await self._http.post("/inbox/login", data=form)
                if answer.status_code == 303:
                    continue
                said = f"{said} {answer.status_code}"
            except (httpx.HTTPError, LookupError) as error:
                said = f"{said} {type(error).__name__}"[-40:]
            await asyncio.sleep(AGAIN)
        raise AssertionError(f"{self.username} cannot sign in ({said})")


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    if found is None:
        raise LookupError("no form")
    return found[1]


def _ids(page: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r'href="/inbox/conversations/(c_[\w-]+)"', page)))


def _cases(page: str, heading: str) -> set[str]:
    """Give the conversations in the part of the queue under that heading."""
    part = page.partition(f'id="{heading}"')[2].partition("</section>")[0]
    return set(_ids(part))
