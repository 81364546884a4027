"""One run from the start to its report: set up, talk and break, leave in peace, judge."""

import asyncio
import base64
import json
import secrets
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from nightdesk_contract.outcome import handover_reason, turn_outcome
from nightdesk_contract.senders import for_readiness
from running_system import BIN, PASSWORD, ROOT, RunningSystem, free_ports, running_system

from chaos import judge as judging
from chaos.breaking import Breaker
from chaos.judge import Finding, crisis_delays, judge, repeats
from chaos.plain import Received, Record, Screen
from chaos.plan import SECONDS, Fault, each_once, plan
from chaos.proxy import Proxy
from chaos.receiver import Receiver
from chaos.record import read_record, still_open
from chaos.report import Report
from chaos.said import Sentences
from chaos.staff import StaffMember
from chaos.visitor import Visitor
from nightdesk_desk.db import Database
from nightdesk_desk.rasa import Rasa, RasaFailed
from nightdesk_desk.staff.accounts import add_account

NEEDS_DISK = "disk full"
TURNS_A_SECOND = 5.0
"""So many turns all visitors take together, so that two small cores keep up with everything."""
LEAST_THINK = 3.0
QUIET_WITHIN = 150.0
"""Longer than the lease of an alert whose desk was killed (45 s) and its next tries."""
FINISH_WITHIN = 90.0
STAFF_SECONDS = 3
"""How long a person who has a chat gets to answer a crisis in it, before the bot does."""

ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "on-call": ("P0", "P1"),
    "team": ("P0", "P1", "P2", "P3"),
}


@dataclass(frozen=True)
class Wanted:
    """What a run is to be: how many, how long, by which seed; `brief`: each fault once."""

    visitors: int = 200
    staff: int = 5
    minutes: float = 5.0
    seed: int = 1
    brief: bool = False


STARTS_AND_ENDS_WITHIN = 300.0
"""Seconds beside the talking, for a slow machine."""


class NotHealthy(Exception):
    """Before anything was broken, something was not as it must be; the text says what."""


def run(wanted: Wanted, var: Path, disk_is_small: bool, say: Callable[[str], None]) -> Report:
    """Carry out a run with the system's state in `var`. Blocks.

    Raises NotHealthy, AssertionError where the system does not start or stop, and TimeoutError
    where the run does not come to its end.
    """

    async def bounded() -> Report:
        within = wanted.minutes * 60 + FINISH_WITHIN + QUIET_WITHIN + STARTS_AND_ENDS_WITHIN
        async with asyncio.timeout(within):
            return await _Run(wanted, var, disk_is_small, say).report()

    return asyncio.run(bounded())


class _Run:
    def __init__(
        self, wanted: Wanted, var: Path, disk_is_small: bool, say: Callable[[str], None]
    ) -> None:
        self._wanted = wanted
        self._var = var
        self._say = say
        self._left_out = [] if disk_is_small else [NEEDS_DISK]
        self._kinds = [kind for kind in SECONDS if kind not in self._left_out]
        self._sentences = Sentences.load()
        self._ports = dict(zip(("proxy", "bot", "rasa", "alerts"), free_ports(4), strict=True))
        self._bot = Proxy(self._ports["bot"], self._ports["rasa"])
        self._receiver = Receiver(self._ports["alerts"])

    async def report(self) -> Report:
        """Give the report of the whole run."""
        await self._bot.start()
        await self._receiver.start()
        extra = {
            "RASA_PORT": str(self._ports["rasa"]),
            "RASA_URL": f"http://127.0.0.1:{self._ports['bot']}",
            "DESK_ADDRESS_CONVERSATIONS_PER_MINUTE": "600000",
            "DESK_ADDRESS_MESSAGES_PER_MINUTE": "600000",
            "DESK_MESSAGES_PER_MINUTE": "6000",
            "CHAOS_SECRET": f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}",
        }
        started = running_system(self._var, extra)
        self._say("starting the whole system")
        system = await asyncio.to_thread(started.__enter__)
        try:
            return await self._with(system)
        finally:
            await asyncio.to_thread(started.__exit__, None, None, None)
            await self._bot.stop()
            await self._receiver.stop()

    async def _with(self, system: RunningSystem) -> Report:
        system.clinic.write_text(clinic_text(system.clinic.read_text(), self._ports["alerts"]))
        names = [f"staff{number}" for number in range(1, self._wanted.staff + 1)]
        await self._make_accounts(names)
        await self._rehearse()
        proxy = Proxy(self._ports["proxy"], system.ports["DESK_PORT"])
        await proxy.start()
        breaker = Breaker(system, proxy, self._bot, self._receiver, self._say)
        faults = self._faults()
        lasts = max(fault.ends for fault in faults) + 3 if faults else 0.0
        think = max(LEAST_THINK, self._wanted.visitors / TURNS_A_SECOND)
        url = f"http://127.0.0.1:{self._ports['proxy']}"
        seed = self._wanted.seed
        visitors = [
            Visitor(number, url, seed, self._sentences, think)
            for number in range(1, self._wanted.visitors + 1)
        ]
        staff = [StaffMember(name, system.url, seed, self._sentences) for name in names]
        began = time.monotonic()
        until = began + lasts
        self._say(f"{len(visitors)} visitors and {len(staff)} staff begin to talk")
        talks = [
            asyncio.create_task(visitor.live(min(think, lasts / 3), until)) for visitor in visitors
        ]
        works = [asyncio.create_task(member.work(until)) for member in staff]
        await breaker.carry_out(faults, began)
        await asyncio.sleep(max(0.0, until - time.monotonic()))
        self._say("all is whole again; waiting until it is quiet")
        whole_at = time.monotonic()
        failed = await _finished([*talks, *works])
        record, received = await self._quiet(visitors)
        quiet_after = time.monotonic() - whole_at
        for visitor in visitors:
            await visitor.leave()
        await proxy.stop()
        screens = [visitor.screen for visitor in visitors]
        replies = [reply for member in staff for reply in member.replies]
        findings = judge(screens, replies, record, received, ADDRESSES, STAFF_SECONDS)
        findings += [Finding("somebody could not go on", name) for name in failed]
        findings += await asyncio.to_thread(self._audit, system)
        findings += self._words(system)
        return Report(
            seed=seed,
            minutes=round(lasts / 60, 1),
            visitors=len(visitors),
            staff=len(staff),
            faults=dict(breaker.done),
            left_out=self._left_out,
            messages=sum(len(screen.sent) for screen in screens),
            accepted=sum(sent.accepted_at is not None for s in screens for sent in s.sent),
            sent_again=sum(sent.tries > 1 for s in screens for sent in s.sent),
            staff_replies=sum(sent.accepted_at is not None for _, sent in replies),
            handovers=len(record.handovers),
            alerts=len(record.alerts),
            alert_repeats=repeats(received),
            quiet_after=quiet_after,
            slowest=_slowest(screens),
            began=began,
            delays=crisis_delays(screens, STAFF_SECONDS),
            findings=findings,
        )

    @property
    def _database(self) -> Path:
        return self._var / "desk.sqlite3"

    def _faults(self) -> list[Fault]:
        if self._wanted.brief:
            return each_once(self._wanted.seed, self._kinds)
        return plan(self._wanted.seed, self._wanted.minutes * 60, self._kinds)

    async def _make_accounts(self, names: list[str]) -> None:
        # As `nightdesk staff add` does, without starting a process for each.
        db = Database(f"sqlite+aiosqlite:///{self._database}")
        try:
            async with db.write() as session:
                for name in names:
                    await add_account(session, name, name.capitalize(), "staff", PASSWORD)
        finally:
            await db.close()

    async def _rehearse(self) -> None:
        """Every crisis sentence must be recognised while nothing is broken. Raises NotHealthy."""
        self._say("checking that each crisis sentence is recognised")
        rasa = Rasa(f"http://127.0.0.1:{self._ports['bot']}", 20.0)
        try:
            for number, texts in enumerate(self._sentences.crises(), 1):
                try:
                    replies = await rasa.ask(for_readiness(), "\n".join(texts))
                except RasaFailed as error:
                    raise NotHealthy(f"crisis sentence {number}: {error.kind}") from error
                if handover_reason(turn_outcome(replies).outcome) != "crisis":
                    raise NotHealthy(f"crisis sentence {number} is not recognised as a crisis")
        finally:
            await rasa.close()

    async def _quiet(self, visitors: list[Visitor]) -> tuple[Record, list[Received]]:
        """Wait until nothing is open and each screen shows what the log has, or patience ends.

        Gives the record of that moment, and the alerts that had come: hand-overs stay open, so a
        later step of theirs may write an alert at any time, which is then still on its way.
        """
        until = time.monotonic() + QUIET_WITHIN
        while time.monotonic() < until:
            if not still_open(self._database):
                received, record = list(self._receiver.received), read_record(self._database)
                screens = [visitor.screen for visitor in visitors]
                moved = still_open(self._database) or len(received) < len(self._receiver.received)
                if not moved and not [*judging.screens_show_the_log(screens, record.events)]:
                    return record, received
            await asyncio.sleep(1)
        return read_record(self._database), list(self._receiver.received)

    def _audit(self, system: RunningSystem) -> list[Finding]:
        done = subprocess.run(
            [BIN / "nightdesk", "audit", "verify"],
            cwd=ROOT,
            env=dict(system.environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return [] if done.returncode == 0 else [Finding("audit record broken", done.stdout[:300])]

    def _words(self, system: RunningSystem) -> list[Finding]:
        places = {path.name: path for path in (self._var / "log").glob("*")}
        places["run.out"] = system.output
        texts = {name: path.read_text(errors="replace") for name, path in places.items()}
        texts["alerts"] = "\n".join(self._receiver.bodies)
        return words_in(texts, self._sentences.all_texts())


def words_in(texts: Mapping[str, str], sentences: set[str]) -> list[Finding]:
    """Find logs (by name) that hold what a visitor or staff said, however it is spelled there."""
    found = []
    for name, text in texts.items():
        plain = text.casefold()
        for number, sentence in enumerate(sorted(sentences), 1):
            written = {sentence.casefold(), json.dumps(sentence)[1:-1].casefold()}
            if any(one in plain for one in written):
                found.append(Finding("words in a log", f"{name}: sentence {number}"))
    return found


def clinic_text(text: str, alerts_port: int) -> str:
    """Give the clinic's settings with our addresses for alerts and short waits for staff."""
    clinic = yaml.safe_load(text)
    clinic["alerts"] = [
        {
            "name": name,
            "webhook": f"http://127.0.0.1:{alerts_port}/{name}",
            "secret": "${CHAOS_SECRET}",
            "levels": list(levels),
        }
        for name, levels in ADDRESSES.items()
    ]
    clinic["staff_times"] = {"P0": 1, "P1": 1, "P2": 2}
    clinic["staff_answer_seconds"] = {"P0": STAFF_SECONDS, "P1": STAFF_SECONDS}
    return yaml.safe_dump(clinic, sort_keys=False, allow_unicode=True)


async def _finished(tasks: list[asyncio.Task[None]]) -> list[str]:
    """Wait for people to be done; give what went wrong with those who are not."""
    _, late = await asyncio.wait(tasks, timeout=FINISH_WITHIN)
    for task in late:
        task.cancel()
    # What our own people say when they give up holds nobody's words.
    results = await asyncio.gather(*tasks, return_exceptions=True)
    return [
        f"{type(found).__name__} {found}" for found in results if isinstance(found, BaseException)
    ]


def _slowest(screens: list[Screen]) -> dict[str, float]:
    """Give the longest from pressing send until anything was said below the message.

    Apart by who said it: where a person has the chat, plain words wait until that person answers.
    """
    longest = {"the assistant": 0.0, "a person": 0.0}
    for screen in screens:
        for sent in screen.sent:
            below = [
                event
                for event in screen.shown.values()
                if event.sender != "visitor" and sent.seq is not None and event.seq > sent.seq
            ]
            if below:
                first = min(below, key=lambda event: event.at)
                who = "a person" if first.sender == "staff" else "the assistant"
                longest[who] = max(longest[who], first.at - sent.pressed_at)
    return longest
