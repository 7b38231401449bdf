"""Events that could not be applied: those refused for good, and those kept aside in order until they are released."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.clock import Clock
from backoffice.kit.database import Unit
from backoffice.kit.errors import NotFound
from backoffice.kit.stream_reader import StreamMessage
from backoffice.kit.tables import dead_letters, parked_events
from protocol.bus.envelope import RawEnvelope
from protocol.domain.identifiers import TenantId

ParkedKey = tuple[TenantId, str]
"""A tenant and the subject (station, session, …) whose events are kept aside."""

# A reason is read by people; a database error can quote a whole batch.
_REASON_LENGTH = 2_000
_PARKED_KEYS = (  # built once: it runs for every batch
    select(parked_events.c.tenant_id, parked_events.c.subject)
    .where(parked_events.c.partition == bindparam("of"))
    .distinct()
)


class Quarantine:
    """The dead letters and parked events of one partition."""

    def __init__(self, partition: str, *, clock: Clock) -> None:
        self._partition = partition
        self._clock = clock
        self.has_parked = True
        """Whether events may be kept aside: as it was when they were last looked at, or parked, by us."""

    async def bury(self, unit: Unit, message: StreamMessage, envelope: RawEnvelope | None, *, reason: str) -> None:
        """The message is kept with the reason why it changed nothing. Without an envelope it belongs to no tenant."""
        values = {
            **self._key_of(message),
            "tenant_id": envelope.tenant if envelope else "",
            "subject": envelope.subject if envelope else message.subject,
            "event_type": envelope.type if envelope else "",
            "payload": message.payload,
            "reason": reason[:_REASON_LENGTH],
            "received_at": self._clock(),
        }
        await unit.session.execute(insert(dead_letters).values(values).on_conflict_do_nothing())

    async def park(self, unit: Unit, message: StreamMessage, envelope: RawEnvelope, *, reason: str) -> None:
        """The message waits, behind those of its subject that wait already."""
        values = {
            **self._key_of(message),
            "tenant_id": envelope.tenant,
            "subject": envelope.subject,
            "payload": message.payload,
            "reason": reason[:_REASON_LENGTH],
            "received_at": self._clock(),
        }
        self.has_parked = True
        await unit.session.execute(insert(parked_events).values(values).on_conflict_do_nothing())

    async def parked_keys(self, unit: Unit) -> set[ParkedKey]:
        """Whose events are kept aside now."""
        rows = await unit.session.execute(_PARKED_KEYS, {"of": self._partition})
        keys = {(TenantId(row.tenant_id), row.subject) for row in rows}
        self.has_parked = bool(keys)
        return keys

    async def parked_of(self, unit: Unit, *, tenant: TenantId, subject: str) -> Sequence[StreamMessage]:
        """The waiting messages of one subject in the order of the stream."""
        rows = await unit.session.execute(
            select(parked_events.c.stream_seq, parked_events.c.payload)
            .where(
                parked_events.c.partition == self._partition,
                parked_events.c.tenant_id == tenant,
                parked_events.c.subject == subject,
            )
            .order_by(parked_events.c.stream_seq)
        )
        return [StreamMessage(row.stream_seq, subject=subject, payload=row.payload) for row in rows]

    async def forget(self, unit: Unit, message: StreamMessage) -> None:
        """The message waits no longer."""
        await unit.session.execute(
            delete(parked_events).where(
                parked_events.c.partition == self._partition, parked_events.c.stream_seq == message.stream_seq
            )
        )

    async def lock_dead_letter(self, unit: Unit, stream_seq: int, *, tenants: Sequence[str]) -> StreamMessage:
        """The dead letter, which nobody else replays or drops meanwhile. Raises NotFound."""
        rows = await unit.session.execute(
            select(dead_letters.c.subject, dead_letters.c.payload)
            .where(*self._is_dead_letter(stream_seq), dead_letters.c.tenant_id.in_(tenants))
            .with_for_update()
        )
        row = rows.one_or_none()
        if row is None:
            raise NotFound("dead letter", f"{self._partition}/{stream_seq}")
        return StreamMessage(stream_seq, subject=row.subject, payload=row.payload)

    async def unbury(self, unit: Unit, message: StreamMessage) -> None:
        """The message is no dead letter any more."""
        await unit.session.execute(delete(dead_letters).where(*self._is_dead_letter(message.stream_seq)))

    def _is_dead_letter(self, stream_seq: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return dead_letters.c.partition == self._partition, dead_letters.c.stream_seq == stream_seq

    def _key_of(self, message: StreamMessage) -> dict[str, object]:
        return {"partition": self._partition, "stream_seq": message.stream_seq}
