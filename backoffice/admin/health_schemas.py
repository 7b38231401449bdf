"""Health as it is shown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from pydantic import BaseModel

from backoffice.admin.service import PlatformHealth
from backoffice.admin.streams import StreamHealth
from backoffice.kit.oversight_questions import PartitionHealth, ServiceHealth, WorkerHealth


class PartitionView(BaseModel):
    """How far a partition is applied. `lag`: how many events wait for it; null: nobody has ever read it."""

    partition: str
    stream: str
    applied_seq: int
    lag: int | None
    dead_letters: int
    parked_events: int

    @classmethod
    def of(cls, partition: PartitionHealth, waiting: Mapping[str, int]) -> Self:
        """The partition as it is shown."""
        return cls(
            partition=partition.partition,
            stream=partition.stream,
            applied_seq=partition.applied_seq,
            lag=waiting.get(partition.reader),
            dead_letters=partition.dead_letters,
            parked_events=partition.parked_events,
        )


class WorkerView(BaseModel):
    """A worker that failed; `recovered_at` null: it has not worked since."""

    worker: str
    failures: int
    failed_at: datetime
    reason: str
    recovered_at: datetime | None

    @classmethod
    def of(cls, worker: WorkerHealth) -> Self:
        """The worker as it is shown."""
        return cls.model_validate(worker, from_attributes=True)


class ServiceView(BaseModel):
    """A service by its own account. `is_there` False: it did not answer, and the rest is empty."""

    service: str
    is_there: bool
    revision: str = ""
    partitions: list[PartitionView] = []
    workers: list[WorkerView] = []
    outbox_waiting: int = 0
    outbox_waits_since: datetime | None = None

    @classmethod
    def of(cls, health: ServiceHealth, waiting: Mapping[str, int]) -> Self:
        """The service as it is shown."""
        return cls(
            service=health.service,
            is_there=True,
            revision=health.revision,
            partitions=[PartitionView.of(one, waiting) for one in health.partitions],
            workers=[WorkerView.of(one) for one in health.workers],
            outbox_waiting=health.outbox_waiting,
            outbox_waits_since=health.outbox_waits_since,
        )


class StreamView(BaseModel):
    """A stream. `fill_percent` null: nothing bounds it that JetStream tells of."""

    name: str
    messages: int
    size_bytes: int
    last_seq: int
    fill_percent: int | None

    @classmethod
    def of(cls, stream: StreamHealth) -> Self:
        """The stream as it is shown."""
        return cls.model_validate(stream, from_attributes=True)


class NodeView(BaseModel):
    """A gateway node, and how many stations it holds."""

    node: str
    stations: int


class HealthView(BaseModel):
    """Every part. `is_well`: all are there, nothing was set aside, and no worker fails."""

    is_well: bool
    is_database_there: bool
    is_bus_there: bool
    services: list[ServiceView]
    streams: list[StreamView]
    nodes: list[NodeView]

    @classmethod
    def of(cls, health: PlatformHealth) -> Self:
        """Health as it is shown."""
        services = [ServiceView.of(one, health.waiting) for one in health.services.values()]
        services += [ServiceView(service=name, is_there=False) for name in health.silent]
        is_bus_there = health.streams is not None and health.nodes is not None
        return cls(
            is_well=is_bus_there and health.is_database_there and all(_is_well(one) for one in services),
            is_database_there=health.is_database_there,
            is_bus_there=is_bus_there,
            services=sorted(services, key=lambda one: one.service),
            streams=[StreamView.of(one) for one in health.streams or ()],
            nodes=[NodeView(node=name, stations=count) for name, count in sorted((health.nodes or {}).items())],
        )


def _is_well(service: ServiceView) -> bool:
    return (
        service.is_there
        and not any(one.dead_letters or one.parked_events for one in service.partitions)
        and all(one.recovered_at is not None for one in service.workers)
    )
