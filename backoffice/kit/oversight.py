"""The answers that every service gives to whoever oversees it: its audit log, what it could not apply, its health."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by

from backoffice.kit.acting import Actor, acting
from backoffice.kit.audit import (
    AUDIT_PAGE,
    ERASE_PERSON,
    AskAuditPage,
    AuditPage,
    ErasePerson,
    PersonErased,
    erase_person,
    read_page,
)
from backoffice.kit.bus import Answerer
from backoffice.kit.clock import Clock
from backoffice.kit.consumer_runner import ConsumerRunner
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.kit.errors import NotFound
from backoffice.kit.oversight_questions import (
    DEAD_LETTER,
    DEAD_LETTERS,
    HEALTH,
    PARKED,
    RELEASE_PARKED,
    REPLAY_DEAD_LETTER,
    AskDeadLetter,
    AskDeadLetters,
    AskHealth,
    AskParked,
    DeadLetter,
    DeadLetterReplayed,
    DeadLetters,
    Parked,
    ParkedSubject,
    PartitionHealth,
    Released,
    ReleaseParked,
    ReplayDeadLetter,
    ServiceHealth,
    SetAside,
    WorkerHealth,
)
from backoffice.kit.tables import cursors, dead_letters, outbox, parked_events, worker_failures
from protocol.domain.identifiers import TenantId

# An answer is one message of NATS.
_PAYLOAD_SHOWN = 200_000
_REASON_SHOWN = 400
_LETTER = (
    dead_letters.c.partition,
    dead_letters.c.stream_seq,
    dead_letters.c.tenant_id,
    dead_letters.c.subject,
    dead_letters.c.event_type,
    dead_letters.c.reason,
    dead_letters.c.received_at,
)


class Oversight:
    """Answers for one service."""

    def __init__(self, database: Database, runners: Sequence[ConsumerRunner], *, clock: Clock) -> None:
        self._database = database
        self._service = database.service
        self._runners: Mapping[str, ConsumerRunner] = {runner.partition: runner for runner in runners}
        self._clock = clock

    def answers(self) -> Sequence[Answerer]:
        """A row for each question."""
        return (
            Answerer(AUDIT_PAGE.of(self._service), self.audit_page),
            Answerer(ERASE_PERSON.of(self._service), self.erase_person),
            Answerer(DEAD_LETTERS.of(self._service), self.list_dead_letters),
            Answerer(DEAD_LETTER.of(self._service), self.show_dead_letter),
            Answerer(REPLAY_DEAD_LETTER.of(self._service), self.replay_dead_letter),
            Answerer(PARKED.of(self._service), self.list_parked),
            Answerer(RELEASE_PARKED.of(self._service), self.release_parked),
            Answerer(HEALTH.of(self._service), self.health),
        )

    async def audit_page(self, question: AskAuditPage) -> AuditPage:
        """Who changed what."""
        async with self._database.transaction(question.tenant) as unit:
            return await read_page(unit, question, service=self._service)

    async def erase_person(self, question: ErasePerson) -> PersonErased:
        """Nothing of the person can be read in the audit log."""
        async with self._database.transaction(question.tenant) as unit:
            return PersonErased(await erase_person(unit, question.person, now=self._clock()))

    async def list_dead_letters(self, question: AskDeadLetters) -> DeadLetters:
        """What was refused for good."""
        is_theirs = dead_letters.c.tenant_id.in_(question.tenants)
        async with self._database.transaction(ALL_TENANTS) as unit:
            rows = await unit.session.execute(
                select(*_LETTER)
                .where(is_theirs)
                .order_by(dead_letters.c.received_at.desc(), dead_letters.c.partition, dead_letters.c.stream_seq.desc())
                .limit(question.limit)
            )
            total = await unit.session.scalar(select(func.count()).select_from(dead_letters).where(is_theirs))
        return DeadLetters(tuple(self._letter(row) for row in rows), total or 0)

    async def show_dead_letter(self, question: AskDeadLetter) -> DeadLetter:
        """What it says. Raises NotFound."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            rows = await unit.session.execute(
                select(*_LETTER, dead_letters.c.payload).where(
                    dead_letters.c.tenant_id.in_(question.tenants),
                    dead_letters.c.partition == question.partition,
                    dead_letters.c.stream_seq == question.stream_seq,
                )
            )
            row = rows.one_or_none()
        if row is None:
            raise NotFound("dead letter", f"{question.partition}/{question.stream_seq}")
        return DeadLetter(self._letter(row, reason=row.reason), row.payload[:_PAYLOAD_SHOWN].decode(errors="replace"))

    async def replay_dead_letter(self, question: ReplayDeadLetter) -> DeadLetterReplayed:
        """It is applied or dropped, on behalf of who asks. Raises NotFound."""
        runner = self._runner(question.partition)
        with acting(Actor(question.by, question.request_id, question.note)):
            if question.is_dropped:
                await runner.drop(question.stream_seq, tenants=question.tenants)
                return DeadLetterReplayed("")
            return DeadLetterReplayed(await runner.replay(question.stream_seq, tenants=question.tenants))

    async def list_parked(self, question: AskParked) -> Parked:
        """Whose events wait."""
        parked = parked_events.c
        subjects = (
            select(
                parked.partition,
                parked.subject,
                func.count().label("events"),
                func.min(parked.received_at).label("since"),
                # That of the first one: those behind it wait for it.
                func.array_agg(aggregate_order_by(func.left(parked.reason, _REASON_SHOWN), parked.stream_seq))[1].label(
                    "reason"
                ),
            )
            .where(parked.tenant_id == question.tenant)
            .group_by(parked.partition, parked.subject)
        )
        async with self._database.transaction(question.tenant) as unit:
            rows = (await unit.session.execute(subjects.order_by("since").limit(question.limit))).all()
            total = await unit.session.scalar(select(func.count()).select_from(subjects.subquery()))
        items = (
            ParkedSubject(self._service, row.partition, question.tenant, row.subject, row.events, row.reason, row.since)
            for row in rows
        )
        return Parked(tuple(items), total or 0)

    async def release_parked(self, question: ReleaseParked) -> Released:
        """They are applied, on behalf of who asks. Raises NotFound."""
        runner = self._runner(question.partition)
        with acting(Actor(question.by, question.request_id, question.note)):
            applied = await runner.release(question.tenant, question.subject)
        async with self._database.transaction(question.tenant) as unit:
            waiting = await unit.session.scalar(
                select(func.count())
                .select_from(parked_events)
                .where(
                    parked_events.c.tenant_id == question.tenant,
                    parked_events.c.partition == question.partition,
                    parked_events.c.subject == question.subject,
                )
            )
        return Released(applied, waiting or 0)

    async def health(self, _: AskHealth) -> ServiceHealth:
        """The service by its own account."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            revision = await unit.session.scalar(text("SELECT version_num FROM alembic_version"))
            positions = await _positions(unit)
            buried = await _counts(unit, dead_letters.c.partition)
            parked = await _counts(unit, parked_events.c.partition)
            failures = await unit.session.execute(select(worker_failures).order_by(worker_failures.c.worker))
            unpublished = await unit.session.execute(
                select(func.count(), func.min(outbox.c.created_at)).where(outbox.c.published_at.is_(None))
            )
            waiting, since = unpublished.one()
        return ServiceHealth(
            self._service,
            revision=str(revision),
            partitions=tuple(
                PartitionHealth(
                    name,
                    runner.stream,
                    runner.durable,
                    positions.get(name, 0),
                    buried.get(name, 0),
                    parked.get(name, 0),
                )
                for name, runner in self._runners.items()
            ),
            workers=tuple(
                WorkerHealth(row.worker, row.failures, row.failed_at, row.reason, row.recovered_at) for row in failures
            ),
            outbox_waiting=waiting,
            outbox_waits_since=since,
        )

    def _runner(self, partition: str) -> ConsumerRunner:
        runner = self._runners.get(partition)
        if runner is None:
            raise NotFound("partition", f"{self._service}/{partition}")
        return runner

    def _letter(self, row: Any, *, reason: str | None = None) -> SetAside:  # Any: a row of _LETTER
        return SetAside(
            self._service,
            partition=row.partition,
            stream_seq=row.stream_seq,
            tenant=TenantId(row.tenant_id),
            subject=row.subject,
            event_type=row.event_type,
            reason=row.reason[:_REASON_SHOWN] if reason is None else reason,
            received_at=row.received_at,
        )


async def _counts(unit: Unit, partition: ColumnElement[str]) -> Mapping[str, int]:
    rows = await unit.session.execute(select(partition, func.count()).group_by(partition))
    return dict(rows.all())


async def _positions(unit: Unit) -> Mapping[str, int]:
    rows = await unit.session.execute(select(cursors.c.partition, cursors.c.stream_seq))
    return dict(rows.all())
