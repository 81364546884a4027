"""Sends what lies in the outbox, as long as this process runs; what it leaves, the next one sends.

An alert is delivered at least once: a desk that is killed between sending and noting it sends it
again, under the same message id.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from datetime import date

from nightdesk_contract.clinic_alerts import AlertAddress

from nightdesk_desk.alerts import addresses, content, outbox
from nightdesk_desk.alerts.content import Message
from nightdesk_desk.alerts.deciding import needless, next_try
from nightdesk_desk.alerts.faults import Fault, fault_of
from nightdesk_desk.alerts.figures import AlertFigures
from nightdesk_desk.alerts.instead import tell_instead
from nightdesk_desk.alerts.sending import Sender
from nightdesk_desk.alerts.standing import AddressStanding, read_standing
from nightdesk_desk.db import Database
from nightdesk_desk.escalation.models import DayReport, EscalationStep
from nightdesk_desk.escalation.said import said
from nightdesk_desk.models import Alert, AlertAddressState, Handover, now
from nightdesk_desk.words import Words

LOOK_EVERY = 1.0
"""Seconds between looks for what is due."""
PER_ADDRESS = 3
"""How many are sent to one address at a time: a slow one must not hold up the others."""
AT_ONCE = 24
"""How many are sent at a time in all."""
STOP_WITHIN = 3.0
"""Seconds that what is being sent gets when the desk stops."""

logger = logging.getLogger(__name__)


class Alerts:
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
        self._look_every = look_every
        self._task: asyncio.Task[None] | None = None
        self._sending: dict[asyncio.Task[None], str] = {}

    async def start(self) -> None:
        """Begin to look; what an earlier process left is in the rows."""
        self._task = asyncio.create_task(self._look_again_and_again())

    async def stop(self) -> None:
        """Stop looking, and give what is being sent a moment. The rest is left for the next start.

        What is cut off is sent again when its lease has run out.
        """
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._sending:
            _, late = await asyncio.wait(list(self._sending), timeout=STOP_WITHIN)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._sender.close()

    async def look(self) -> int:
        """Claim what is due and begin to send it. Gives how many; raises what the database does."""
        at = now()
        async with self._db.read() as session:
            due = await outbox.due(session, at, PER_ADDRESS)
        chosen = self._with_room(due)
        if not chosen:
            return 0
        async with self._db.write() as session:
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
        busy = Counter(self._sending.values())
        chosen: list[outbox.Due] = []
        for found in due:
            if busy.total() < AT_ONCE and busy[found.address] < PER_ADDRESS:
                busy[found.address] += 1
                chosen.append(found)
        return chosen

    async def _send_surely(self, alert: Alert) -> None:
        try:
            await self._send(alert)
        except Exception as error:
            # It is due again when its lease has run out.
            logger.error("an alert could not be seen through: %s", type(error).__name__)

    async def _send(self, alert: Alert) -> None:
        address = self._address(alert.address)
        if address is None:
            at, why = now(), Fault("removed").code
            gone = {"state": "given_up", "ended_at": at, "last_error": why}
            async with self._db.write() as session:
                if await outbox.end(session, alert, **gone):
                    await tell_instead(session, self._words.clinic, alert, at)
            return
        message = await self._message(alert)
        if message is None:
            async with self._db.write() as session:
                await outbox.end(session, alert, state="needless", ended_at=now())
            return
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
            said(step, alert.address, case.opened_at, at) if step else None,
        )

    async def _sent(self, alert: Alert) -> None:
        at = now()
        async with self._db.write() as session:
            await outbox.end(session, alert, state="sent", ended_at=at, last_error=None)
            await addresses.note_success(session, alert.address, at)

    async def _failed(self, alert: Alert, fault: Fault) -> None:
        at = now()
        again = next_try(alert.tries, alert.created_at, at)
        values = {"state": "failed", "next_at": again} if again else _GIVEN_UP | {"ended_at": at}
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

    async def _look_again_and_again(self) -> None:
        await self._say_what_fails()
        while True:
            try:
                await self.look()
            except Exception as error:
                logger.error("looking for alerts failed: %s", type(error).__name__)
            await asyncio.sleep(self._look_every)


_GIVEN_UP: dict[str, object] = {"state": "given_up"}
