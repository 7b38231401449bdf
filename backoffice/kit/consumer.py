"""What a service makes of a stream: the tables of its event handlers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from backoffice.kit.database import Unit
from protocol.bus.envelope import RawEnvelope
from protocol.bus.subjects import Kind


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event with its envelope.

    `is_conflicting`: its id was seen before with another payload. It is kept, and must not make a second bill.
    """

    envelope: RawEnvelope
    event: Any  # Any: the catalogue's row decides the Struct at run time
    is_conflicting: bool = False


Handler = Callable[[Any, Delivery, Unit], Awaitable[None]]
"""`async def on_started(event: TransactionStarted, delivery: Delivery, unit: Unit) -> None`"""

BatchHandler = Callable[[Sequence[Delivery], Unit], Awaitable[None]]

When = Callable[[Any], bool]
"""Whether an event is one to handle; Any: as in Delivery."""

Preparation = Callable[[Sequence[Delivery], Unit], Awaitable[None]]
"""Called for a batch before its first handler, for the one tenant of all its events or for ALL_TENANTS: it locks in one
order what the handlers will lock."""


@dataclass(frozen=True, slots=True)
class Consumer:
    """A handler for each event Struct of a stream; events of other types are not read.

    `runs`: handlers for types of which there are many; those of one tenant that follow each other in a batch come
    together and in order. `when`: of that type only the events for which it is True are handled; for the others nothing
    is written. `partitions` are h1 digits, or `*` for the whole stream: whichever process leads one reads it. `prepare`
    is for a service that locks the same rows for another stream too: two that lock them in two orders wait for each
    other. `rest_s`, `gives_way`: as in BatchConsumer.

    Where a type is added, those of its events come too that lie behind the last one of another type: a handler whose
    effect is only good at the time looks at the event's time.
    """

    kind: Kind
    handlers: Mapping[type[msgspec.Struct], Handler]
    runs: Mapping[type[msgspec.Struct], BatchHandler] = field(default_factory=dict)
    when: Mapping[type[msgspec.Struct], When] = field(default_factory=dict)
    partitions: tuple[str, ...] = ("*",)
    prepare: Preparation | None = None
    rest_s: float = 0.02
    gives_way: bool = False

    @property
    def events(self) -> tuple[type[msgspec.Struct], ...]:
        """The types that are read."""
        return (*self.handlers, *self.runs)


@dataclass(frozen=True, slots=True)
class BatchConsumer:
    """One handler for whole batches, across tenants (`unit.tenant` is ALL_TENANTS): no inbox, no savepoints.

    A batch that fails is applied event by event, and an event that fails alone is a dead letter: for streams on whose
    every event nothing rests. `rest_s`: how long it lets events gather after a batch, unless more wait already; a
    batch of a hundred costs little more than one of three. `gives_way`: nobody waits for what it does; it rests also
    where more wait, for as long as a batch took, unless it has fallen far behind.
    """

    kind: Kind
    events: tuple[type[msgspec.Struct], ...]
    handler: BatchHandler
    partitions: tuple[str, ...] = ("*",)
    rest_s: float = 0.02
    gives_way: bool = False
