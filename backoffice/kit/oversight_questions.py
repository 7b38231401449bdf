"""What a service tells of itself, and does about what it could not apply, for whoever oversees them all."""

from datetime import datetime

import msgspec

from backoffice.kit.questions import KitQuery
from protocol.domain.identifiers import TenantId


class SetAside(msgspec.Struct, frozen=True):
    """A dead letter. `partition` and `stream_seq` name it within its service; without an envelope it has no tenant."""

    service: str
    partition: str
    stream_seq: int
    tenant: TenantId
    subject: str
    event_type: str
    reason: str
    received_at: datetime


class AskDeadLetters(msgspec.Struct, frozen=True):
    """Which dead letters of these tenants are there? The newest first."""

    tenants: tuple[TenantId, ...]
    limit: int


class DeadLetters(msgspec.Struct, frozen=True):
    """They, and how many there are in all."""

    items: tuple[SetAside, ...]
    total: int


class AskDeadLetter(msgspec.Struct, frozen=True):
    """What does this dead letter say?"""

    tenants: tuple[TenantId, ...]
    partition: str
    stream_seq: int


class DeadLetter(msgspec.Struct, frozen=True):
    """The dead letter with its text as it came: an event in JSON, or what should have been one."""

    letter: SetAside
    payload: str


class ParkedSubject(msgspec.Struct, frozen=True):
    """Events that wait for each other, since the first of them failed for `reason`."""

    service: str
    partition: str
    tenant: TenantId
    subject: str
    events: int
    reason: str
    since: datetime


class AskParked(msgspec.Struct, frozen=True):
    """Whose events are kept aside? Those that wait longest first."""

    tenant: TenantId
    limit: int


class Parked(msgspec.Struct, frozen=True):
    """They, and how many there are in all."""

    items: tuple[ParkedSubject, ...]
    total: int


class ReleaseParked(msgspec.Struct, frozen=True):
    """Apply the parked events of this subject in order, up to one that fails. `by` is `role:subject`."""

    tenant: TenantId
    partition: str
    subject: str
    by: str
    request_id: str
    note: str


class Released(msgspec.Struct, frozen=True):
    """How many were applied, and how many still wait."""

    applied: int
    waiting: int


class ReplayDeadLetter(msgspec.Struct, frozen=True):
    """Apply this dead letter, now that its cause may be gone; or, with `is_dropped`, forget it for good."""

    tenants: tuple[TenantId, ...]
    partition: str
    stream_seq: int
    by: str
    request_id: str
    note: str
    is_dropped: bool = False


class DeadLetterReplayed(msgspec.Struct, frozen=True):
    """Why it still fails, and stays; empty where it is gone."""

    failure: str


class AskHealth(msgspec.Struct, frozen=True):
    """How are you?"""


class PartitionHealth(msgspec.Struct, frozen=True):
    """How far a partition of a stream is applied, and what of it was not. `reader`: its durable name on the stream."""

    partition: str
    stream: str
    reader: str
    applied_seq: int
    dead_letters: int
    parked_events: int


class WorkerHealth(msgspec.Struct, frozen=True):
    """A worker that failed. `recovered_at`: a later run did not."""

    worker: str
    failures: int
    failed_at: datetime
    reason: str
    recovered_at: datetime | None


class ServiceHealth(msgspec.Struct, frozen=True):
    """A service by its own account. `outbox_waiting`: events that are committed and not on the bus."""

    service: str
    revision: str
    partitions: tuple[PartitionHealth, ...]
    workers: tuple[WorkerHealth, ...]
    outbox_waiting: int
    outbox_waits_since: datetime | None


DEAD_LETTERS = KitQuery("dead_letters", AskDeadLetters, DeadLetters)
DEAD_LETTER = KitQuery("dead_letter", AskDeadLetter, DeadLetter)
PARKED = KitQuery("parked", AskParked, Parked)
RELEASE_PARKED = KitQuery("release_parked", ReleaseParked, Released)
REPLAY_DEAD_LETTER = KitQuery("replay_dead_letter", ReplayDeadLetter, DeadLetterReplayed)
HEALTH = KitQuery("health", AskHealth, ServiceHealth)
