"""What every service has a part of, seen as one: who changed what, what could not be applied, and health."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backoffice.admin.asking import Answers, Services
from backoffice.admin.measuring import tenants_seen_by
from backoffice.admin.merging import MergedPage, merge_pages
from backoffice.admin.streams import StreamHealth, count_stations_by_node, count_waiting, read_streams
from backoffice.kit.acting import current_actor
from backoffice.kit.audit import AUDIT_PAGE, AskAuditPage
from backoffice.kit.auth import Principal
from backoffice.kit.bus import Bus
from backoffice.kit.database import Database
from backoffice.kit.errors import BusUnavailable, DatabaseUnavailable
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
    DeadLetters,
    Parked,
    Released,
    ReleaseParked,
    ReplayDeadLetter,
    ServiceHealth,
)


@dataclass(frozen=True, slots=True)
class AuditOfAll:
    """A page, and the services whose entries are not in it."""

    page: MergedPage
    silent: Sequence[str]


@dataclass(frozen=True, slots=True)
class PlatformHealth:
    """Every part; None where it is away. `waiting`: how many events wait for each durable reader of a stream."""

    services: Mapping[str, ServiceHealth]
    silent: Sequence[str]
    waiting: Mapping[str, int]
    streams: Sequence[StreamHealth] | None
    nodes: Mapping[str, int] | None
    is_database_there: bool


class Overseer:
    """Asks every service and makes one answer of theirs."""

    def __init__(self, database: Database, bus: Bus, services: Services) -> None:
        self.database = database
        self._bus = bus
        self._services = services

    async def audit(self, question: AskAuditPage, *, service: str | None) -> AuditOfAll:
        """The newest changes of all services, or of one. Raises UnknownService."""
        answers = await self._services.ask_all(AUDIT_PAGE, question, only=service)
        page = merge_pages(list(answers.by_service.values()), limit=question.limit)
        return AuditOfAll(page, answers.silent)

    async def dead_letters(self, principal: Principal, *, service: str | None, limit: int) -> Answers[DeadLetters]:
        """What was refused for good, by service. Raises UnknownService."""
        question = AskDeadLetters(tenants_seen_by(principal.tenant), limit)
        return await self._services.ask_all(DEAD_LETTERS, question, only=service)

    async def dead_letter(self, principal: Principal, service: str, partition: str, stream_seq: int) -> DeadLetter:
        """One, with what it says."""
        question = AskDeadLetter(tenants_seen_by(principal.tenant), partition, stream_seq)
        return await self._services.ask(service, DEAD_LETTER, question)

    async def resolve(
        self, principal: Principal, service: str, partition: str, stream_seq: int, *, note: str, is_dropped: bool
    ) -> str:
        """The dead letter is applied, or dropped. Returns why it still fails; empty where it is gone."""
        who, request_id = _who_asks()
        question = ReplayDeadLetter(
            tenants_seen_by(principal.tenant), partition, stream_seq, who, request_id, note, is_dropped
        )
        return (await self._services.ask(service, REPLAY_DEAD_LETTER, question)).failure

    async def parked(self, principal: Principal, *, service: str | None, limit: int) -> Answers[Parked]:
        """Whose events wait, by service. Raises UnknownService."""
        return await self._services.ask_all(PARKED, AskParked(principal.tenant, limit), only=service)

    async def release(self, principal: Principal, service: str, partition: str, subject: str, *, note: str) -> Released:
        """The events of one subject are applied, up to one that fails."""
        who, request_id = _who_asks()
        question = ReleaseParked(principal.tenant, partition, subject, who, request_id, note)
        return await self._services.ask(service, RELEASE_PARKED, question)

    async def health(self) -> PlatformHealth:
        """Every part, asked now."""
        answers, streams, nodes, is_database_there = await asyncio.gather(
            self._services.ask_all(HEALTH, AskHealth()), self._streams(), self._nodes(), self._is_database_there()
        )
        waiting = await self._waiting(answers.by_service.values())
        return PlatformHealth(answers.by_service, answers.silent, waiting, streams, nodes, is_database_there)

    async def _waiting(self, services: Iterable[ServiceHealth]) -> Mapping[str, int]:
        readers = [(one.stream, one.reader) for service in services for one in service.partitions]
        try:
            return await count_waiting(self._bus, readers)
        except BusUnavailable:
            return {}

    async def _streams(self) -> Sequence[StreamHealth] | None:
        try:
            return await read_streams(self._bus)
        except BusUnavailable:
            return None

    async def _nodes(self) -> Mapping[str, int] | None:
        try:
            return await count_stations_by_node(self._bus)
        except BusUnavailable:
            return None

    async def _is_database_there(self) -> bool:
        try:
            await self.database.check()
        except DatabaseUnavailable:
            return False
        return True


def _who_asks() -> tuple[str, str]:
    actor = current_actor()
    assert actor is not None, "only a request resolves what was set aside"
    return actor.who, actor.request_id
