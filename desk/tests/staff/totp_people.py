"""Staff with one-time passwords, as the inbox's tests need them."""

import re
from dataclasses import dataclass, field

import httpx
import pyotp
from sqlalchemy import update
from staff_people import PASSWORD, Person, csrf_of, log_in

from nightdesk_desk.desk import Desk
from nightdesk_desk.models import Staff, now

TOTP = "/inbox/account/totp"
CODE = "/inbox/login/code"


@dataclass
class Phone:
    """Somebody's authenticator app, and the recovery codes that they kept."""

    desk: Desk
    username: str
    secret: str
    recovery_codes: list[str] = field(default_factory=list)

    def code(self, steps: int = 0) -> str:
        """Give the code of the present step, or of one so many later."""
        return pyotp.TOTP(self.secret).at(now(), counter_offset=steps)

    async def next_step(self) -> None:
        """Let the present step be unused, as it is half a minute after the last sign-in."""
        async with self.desk.db.write() as session:
            await session.execute(
                update(Staff).where(Staff.username == self.username).values(totp_last_step=None)
            )


async def offered(person: Person) -> str:
    """Let a person ask for a secret; give it as their page shows it."""
    assert (await person.post(f"{TOTP}/start")).status_code == 303
    found = re.search(r'class="key">([A-Z2-7 ]+)<', (await person.http.get(TOTP)).text)
    assert found
    return found[1].replace(" ", "")


async def enrolled(
    desk: Desk, person: Person, username: str = "maria", *, later: bool = True
) -> Phone:
    """Turn a person's one-time passwords on, as their page does it; give it half a minute later."""
    phone = Phone(desk, username, await offered(person))
    answer = await person.post(f"{TOTP}/confirm", code=phone.code())
    assert answer.status_code == 200, answer.text
    phone.recovery_codes = re.findall(r"<li><code>([A-Z2-7-]+)</code>", answer.text)
    if later:
        await phone.next_step()
    return phone


async def give_password(http: httpx.AsyncClient, username: str = "maria") -> httpx.Response:
    """Take the first step of signing in."""
    return await log_in(http, username, PASSWORD)


async def give_code(http: httpx.AsyncClient, **fields: str) -> httpx.Response:
    """Take the second step, on the page that asks for it."""
    token = csrf_of((await http.get(CODE)).text)
    return await http.post(CODE, data={"csrf_token": token, "next": "/inbox", **fields})
