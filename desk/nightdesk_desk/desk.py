"""The desk's parts, put together once for an application."""

from collections.abc import Mapping
from dataclasses import dataclass

from nightdesk_contract.clinic import ClinicFile
from nightdesk_contract.clinic_escalation import team_addresses
from nightdesk_contract.passages import Passage

from nightdesk_desk.alerts import outbox
from nightdesk_desk.alerts.sending import Sender
from nightdesk_desk.alerts.worker import Alerts
from nightdesk_desk.answers import Answers
from nightdesk_desk.audit.daily import DailyHead
from nightdesk_desk.bot_standing import BotStanding
from nightdesk_desk.bursts import Pace
from nightdesk_desk.call_backs import CallBacks
from nightdesk_desk.cases.acts import CaseActs
from nightdesk_desk.clock import SharedClock
from nightdesk_desk.db import Database
from nightdesk_desk.escalation.worker import Escalation
from nightdesk_desk.form_words import NotNames
from nightdesk_desk.handover_acts import Handovers
from nightdesk_desk.heartbeat import Heartbeat
from nightdesk_desk.held import HeldReplies
from nightdesk_desk.introduced import NoNames
from nightdesk_desk.limits import Limits, OwnLimits, RateLimit, Take
from nightdesk_desk.looking import Looking, Worker
from nightdesk_desk.metrics import Metrics
from nightdesk_desk.over_limit import OverLimit
from nightdesk_desk.presence import Presence
from nightdesk_desk.privacy.at_start import KeyCheck
from nightdesk_desk.privacy.forgetting import Forgettings
from nightdesk_desk.privacy.keeping import Keeping
from nightdesk_desk.rasa import Rasa
from nightdesk_desk.settings import Settings
from nightdesk_desk.shared.parts import SharedRedis
from nightdesk_desk.topics import Topic, load_topics
from nightdesk_desk.turned_away import TurnedAway
from nightdesk_desk.turns import Turns
from nightdesk_desk.typing_told import TypingTold
from nightdesk_desk.wakeups import Wakeups
from nightdesk_desk.words import Words


@dataclass(frozen=True)
class Desk:
    """What a request handler needs; it lies in `app.state.desk`."""

    settings: Settings
    db: Database
    clock: SharedClock
    words: Words
    answers: Answers
    topics: dict[str, Topic]
    not_names: NotNames
    no_names: NoNames
    metrics: Metrics
    wakeups: Wakeups
    typing: TypingTold
    presence: Presence
    rasa: Rasa
    bot: BotStanding
    turns: Turns
    handovers: Handovers
    cases: CaseActs
    held: HeldReplies
    call_backs: CallBacks
    keeping: Keeping
    forgettings: Forgettings
    keys: KeyCheck
    escalation: Escalation
    alerts: Alerts
    daily_head: DailyHead
    heartbeat: Heartbeat
    redis: SharedRedis | None
    limits: Limits
    conversation_limit: RateLimit
    address_limit: RateLimit
    opening_limit: RateLimit
    over_limit: OverLimit
    turned_away: TurnedAway

    async def wait_of(self, conversation_id: str, client: str, act: str = "") -> float:
        """Take one act of a visitor, as its conversation's limit and its address's count it.

        Each kind of `act` ("typing") is counted by itself; without one, messages. Gives 0.0 if it
        may go on, else the seconds until it may.
        """
        kind = f"{act} " if act else ""
        return await self.limits.wait(
            Take(self.conversation_limit, kind + conversation_id),
            Take(self.address_limit, kind + client),
        )

    async def wait_to_open(self, client: str) -> float:
        """Take one new conversation of an address. Gives the seconds to wait, 0.0 for none."""
        return await self.limits.wait(Take(self.opening_limit, f"opening {client}"))

    @property
    def passages(self) -> Mapping[str, Passage]:
        """Every passage that an answer can rest on, by id, as it stands now."""
        return self.answers.passages

    @property
    def lookings(self) -> list[Looking]:
        """Every look that comes again and again."""
        shared = (self.redis,) if self.redis else ()
        own = (*self._record_workers, self.bot, self.heartbeat)
        workers = (self.clock, self.wakeups, *shared, *own)
        return [looking for worker in workers for looking in worker.lookings]

    @property
    def _record_workers(self) -> tuple[Worker, ...]:
        """What does by itself what the record says is due, in the order in which it starts."""
        return (
            self.presence,
            self.held,
            self.call_backs,
            self.keeping,
            self.forgettings,
            self.escalation,
            self.alerts,
            self.daily_head,
        )

    @staticmethod
    def build(settings: Settings) -> "Desk":
        """Put the parts together; nothing is started and no connection is made.

        Raises ClinicError, AnswerError, FileError, TextsError, OSError or KeyError when a file is
        missing or wrong.
        """
        words = Words(ClinicFile(settings.clinic_path), settings.data)
        # A hand-over is written with its alerts: what writes knows whom to tell.
        info = {
            outbox.ADDRESSES: lambda: team_addresses(words.clinic),
            outbox.CLINIC: lambda: words.clinic,
        }
        db = Database(settings.database_url, info)
        answers = Answers(words, settings.domain, settings.data)
        metrics, wakeups = Metrics(), Wakeups(db)
        url = settings.redis_url
        redis = SharedRedis(url, wakeups, metrics.registry) if url else None
        rasa = Rasa(settings.rasa_url, settings.rasa_deadline, lambda: answers.passages)
        bot = BotStanding(rasa, settings.bot_check_every)
        # A burst: somebody in distress writes many short lines at once.
        per_minute = settings.messages_per_minute
        per_address = settings.address_messages_per_minute
        openings = settings.address_conversations_per_minute
        desk = Desk(
            settings=settings,
            db=db,
            clock=SharedClock(db.engine),
            words=words,
            answers=answers,
            topics=load_topics(settings.data / "topics.yml"),
            not_names=NotNames.load(settings.data / "safety" / "not_names.yml"),
            no_names=NoNames.load(settings.data),
            metrics=metrics,
            wakeups=wakeups,
            typing=TypingTold(db, wakeups),
            presence=Presence(db, wakeups),
            rasa=rasa,
            bot=bot,
            turns=Turns(
                db,
                rasa,
                wakeups,
                words,
                answers,
                metrics,
                Pace.of(settings.burst_quiet),
                note_turn=bot.note_turn,
            ),
            handovers=Handovers(db, wakeups, words, metrics),
            cases=CaseActs(db, wakeups, words, metrics),
            held=HeldReplies(db, wakeups, metrics),
            call_backs=CallBacks(db, wakeups, words, metrics),
            keeping=Keeping(db, wakeups, words),
            forgettings=Forgettings(db, rasa),
            keys=KeyCheck(),
            escalation=Escalation(db, wakeups, words, metrics.escalation_steps),
            alerts=Alerts(db, words, metrics.alerts, Sender(), settings.desk_url),
            daily_head=DailyHead(db),
            heartbeat=Heartbeat(settings.heartbeat_url, lambda: desk.lookings),
            redis=redis,
            limits=redis.limits if redis else OwnLimits(),
            conversation_limit=RateLimit(per_minute, burst=max(1, per_minute // 2)),
            address_limit=RateLimit(per_address, burst=max(1, per_address // 2)),
            opening_limit=RateLimit(openings, burst=max(1, openings // 2)),
            over_limit=OverLimit(
                *(db, rasa, wakeups, words, metrics),
                spare=RateLimit(per_address, burst=max(1, per_address // 2)),
            ),
            turned_away=TurnedAway(),
        )
        return desk

    async def start(self) -> None:
        """Start the background work: news, held replies and alerts that are due, open messages."""
        await self.clock.start()
        await self.keys.look(self.db)
        await self.wakeups.start()
        if self.redis:
            await self.redis.start()
        for worker in self._record_workers:
            await worker.start()
        await self.turns.start()
        await self.bot.start()
        await self.heartbeat.start()

    async def stop(self) -> None:
        """Stop the background work and close all connections."""
        await self.heartbeat.stop()
        await self.wakeups.stop()
        await self.turns.stop()
        await self.bot.stop()
        await self.over_limit.stop()
        for worker in self._record_workers:
            await worker.stop()
        if self.redis:
            await self.redis.stop()
        await self.clock.stop()
        await self.rasa.close()
        await self.db.close()
