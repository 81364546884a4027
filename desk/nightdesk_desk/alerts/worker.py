"""Sends what lies in the outbox, as long as this process runs; what it leaves, the next one sends.

An alert is delivered at least once: a desk that is killed between sending and noting it sends it
again, under the same message id.
"""

import asyncio
import logging
from collections import Counter
from dataclasses import replace
from datetime import date, datetime

from nightdesk_contract.clinic_alerts import AlertAddress

from nightdesk_desk.alerts import addresses, content, outbox
from nightdesk_desk.alerts.content import Message
from nightdesk_desk.alerts.deciding import needless, next_try
from nightdesk_desk.alerts.faults import Fault, fault_of
from nightdesk_desk.alerts.figures import AlertFigures
from nightdesk_desk.alerts.instead import tell_instead
from nightdesk_desk.alerts.lanes import AT_A_TIME
from nightdesk_desk.alerts.restored import from_backup
from nightdesk_desk.alerts.sending import Sender
from nightdesk_desk.alerts.standing import AddressStanding, read_standing
from nightdesk_desk.db import Database
from nightdesk_desk.ending import ended
from nightdesk_desk.escalation.models import DayReport, EscalationStep
from nightdesk_desk.escalation.said import said
from nightdesk_desk.escalation.taking import read_facts
from nightdesk_desk.looking import Looking, Worker, surviving
from nightdesk_desk.models import Alert, AlertAddressState, Handover, now
from nightdesk_desk.words import Words

LOOK_EVERY = 1.0
"""Seconds between looks for what is due."""
STOP_WITHIN = 3.0
"""Seconds that what is being sent gets when the desk stops."""

logger = logging.getLogger(__name__)


class Alerts(Worker):
    """The look for alerts that are due, and their sending."""

    def __init__(
        self,
        db: Database,
        words: Words,
        figures: AlertFigures,
        sender: Sender,
        desk_url: str = "",
        look_every: float = LOOK_EVERY,
    ) -> None:
        self._db = db
        self._words = words
        self._figures = figures
        self._sender = sender
        self._desk_url = desk_url
        self.lookings = (Looking("alerts", self._look_and_say, look_every),)
        self._has_said = False
        self._sending: dict[asyncio.Task[None], str] = {}

    async def stop(self) -> None:
        """Stop looking, and give what is being sent a moment. The rest is left for the next start.

        What is cut off is sent again when its lease has run out.
        """
        await super().stop()
        if self._sending:
            _, late = await asyncio.wait(list(self._sending), timeout=STOP_WITHIN)
            await ended(late)
        await self._sender.close()

    async def look(self) -> int:
        """Claim what is due and begin to send it. Gives how many; raises what the database does."""
        at = now()
        async with self._db.read() as session:
            due = await outbox.due(session, at, AT_A_TIME)
        chosen = self._with_room(due)
        if not chosen:
            return 0
        async with self._db.write() as session:
            # Not `at`: it may have waited for its turn to write, and a claim must last.
            at = now()
            claims = [await outbox.claim(session, found, at) for found in chosen]
        claimed = [alert for alert in claims if alert is not None]
        for alert in claimed:
            task = asyncio.create_task(self._send_surely(alert))
            self._sending[task] = alert.address
            task.add_done_callback(lambda done: self._sending.pop(done, None))
        return len(claimed)

    async def idle(self) -> None:
        """Wait until nothing is being sent."""
        while self._sending:
            await asyncio.gather(*self._sending, return_exceptions=True)

    async def standing(self) -> list[AddressStanding]:
        """Give how each address that is set stands."""
        return await read_standing(self._db, self._sender, self._words.clinic.alerts)

    async def read_figures(self) -> None:
        """Set the figures that are read from the record."""
        rows = await self.standing()
        failing = {row.address.name: row.standing == "fails" for row in rows}
        await self._figures.read_record(self._db, failing)

    def _with_room(self, due: list[outbox.Due]) -> list[outbox.Due]:
        # A claimed alert never waits for a thread: its claim might run out meanwhile.
        busy = Counter(self._sending.values()) + self._sender.left_behind()
        chosen: list[outbox.Due] = []
        for found in due:
            if busy[found.address] < AT_A_TIME:
                busy[found.address] += 1
                chosen.append(found)
        return chosen

    async def _send_surely(self, alert: Alert) -> None:
        # Otherwise it is due again when its lease has run out.
        with surviving("an alert could not be seen through"):
            async with asyncio.timeout(outbox.LEASE.total_seconds()):
                await self._send(alert)

    async def _send(self, alert: Alert) -> None:
        address = self._address(alert.address)
        if address is None:
            at, why = now(), Fault("removed").code
            gone = {"state": "given_up", "ended_at": at, "last_error": why}
            async with self._db.write() as session:
                if await outbox.end(session, alert, **gone):
                    await tell_instead(session, self._words.clinic, alert, at)
            return
        message: Message | Fault | None = Fault("failed")
        with surviving("an alert could not be written"):
            message = await self._message(alert)
        if isinstance(message, Fault):
            await self._put_off(alert, message)
            return
        if message is None:
            async with self._db.write() as session:
                await outbox.end(session, alert, state="needless", ended_at=now())
            return
        message = replace(message, occurred_at=alert.created_at)
        fault = await self._sender.send(address, message, alert.message_id)
        if fault is None:
            await self._sent(alert)
        else:
            await self._failed(alert, fault)

    async def _message(self, alert: Alert) -> Message | None:
        """Give what is to be said now, or None when nobody need hear it any more."""
        clinic = self._words.clinic
        url = self._desk_url or clinic.desk_url
        async with self._db.read() as session:
            if alert.kind == "report":
                report = await session.get(DayReport, date.fromisoformat(alert.about or ""))
                if report is None:
                    return None
                return content.of_report(clinic.name, report.open_requests, report.day, url)
            if alert.about is not None:
                state = await session.get(AlertAddressState, alert.about)
                if state is None or state.failing_since is None:
                    return None
                since = state.failing_since.astimezone(clinic.zone)
                fault = fault_of(state.last_error)
                return content.of_outage(clinic.name, alert.about, fault, since, url)
            case = await session.get(Handover, alert.handover_id)
            step = await session.get(EscalationStep, alert.step_id) if alert.step_id else None
            if await outbox.said_since(session, alert):
                return None
            if case and step and case.state == "taken":
                # Whoever has the chat may have answered meanwhile: a reply is no act of the case.
                waits_since = (await read_facts(session, [case]))[case.id].waits_since
                if waits_since is None:
                    return None
            restored = await from_backup(session, case.opened_at) if case else None
        if case is None or needless(
            alert.created_at, case.state, case.acknowledged_at, case.acted_at or case.taken_at
        ):
            return None
        at = now()
        return content.of_handover(
            clinic.name,
            alert.level,
            alert.reason or case.reason,
            case.opened_at,
            at,
            clinic.staff_times.get(alert.level),
            case.conversation_id,
            url,
            said(step, alert.address, case, at) if step else None,
            restored.astimezone(clinic.zone) if restored else None,
        )

    async def _sent(self, alert: Alert) -> None:
        at = now()
        async with self._db.write() as session:
            await outbox.end(session, alert, state="sent", ended_at=at, last_error=None)
            await addresses.note_success(session, alert.address, at)

    async def _put_off(self, alert: Alert, fault: Fault) -> None:
        """Note that an alert could not be made; that says nothing about its address."""
        async with self._db.write() as session:
            await outbox.end(session, alert, last_error=fault.code, **_later(alert, now()))

    async def _failed(self, alert: Alert, fault: Fault) -> None:
        at = now()
        values = _later(alert, at)
        everybody = [address.name for address in self._words.clinic.alerts]
        async with self._db.write() as session:
            await outbox.end(session, alert, last_error=fault.code, **values)
            await addresses.note_failure(session, alert.address, fault, at, everybody)
        self._figures.failures.labels(alert.address, fault.kind).inc()
        logger.warning(
            "an alert did not reach %s (try %d): %s", alert.address, alert.tries, fault.kind
        )

    async def _say_what_fails(self) -> None:
        """Say at the start, where whoever sets the desk up looks, which address cannot work."""
        try:
            failing = [row for row in await self.standing() if row.standing == "fails"]
        except Exception as error:
            logger.error("the addresses could not be looked at: %s", type(error).__name__)
            return
        for row in failing:
            why = row.fault.code if row.fault else "unknown"
            logger.warning("alerts do not reach %s: %s", row.address.name, why)

    def _address(self, name: str) -> AlertAddress | None:
        return next((a for a in self._words.clinic.alerts if a.name == name), None)

    async def _look_and_say(self) -> None:
        # What is due goes first: looking at the addresses takes a while.
        await self.look()
        if not self._has_said:
            self._has_said = True
            await self._say_what_fails()


def _later(alert: Alert, at: datetime) -> dict[str, object]:
    """Give what is noted of an alert that failed at `at`: its next try, or that it is given up."""
    again = next_try(alert.tries, alert.level, alert.created_at, at)
    if again is None:
        return {"state": "given_up", "ended_at": at}
    return {"state": "failed", "next_at": again}
