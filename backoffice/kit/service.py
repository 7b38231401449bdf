"""What a service is: a name, its settings, and a function that builds its parts.

A service is deployed alone or with others in one process; it cannot tell which.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, Request
from msgspec import Struct
from sqlalchemy.orm import DeclarativeBase

from backoffice.kit.bus import Answerer, Bus
from backoffice.kit.clock import Clock
from backoffice.kit.consumer import BatchConsumer, Consumer
from backoffice.kit.database import Database
from backoffice.kit.settings import Settings

SettingsT = TypeVar("SettingsT", bound=Settings)
ProvidedT = TypeVar("ProvidedT")


@dataclass(frozen=True, slots=True)
class Context(Generic[SettingsT]):
    """What a service is built with."""

    settings: SettingsT
    database: Database
    bus: Bus
    clock: Clock


@dataclass(frozen=True, slots=True)
class Worker:
    """A periodic task, run by one process at a time. A run that fails is logged and counted; the next one comes.

    `after_events_s`: it runs too where the service has applied events, at most this often. Only events that this
    process has applied are heard of, so `every_s` is how late it may be.
    """

    name: str
    run: Callable[[], Awaitable[object]]
    every_s: float
    after_events_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """How a service's rows are made again from the streams (`rebuilding.py`): by these consumers, one after the other.

    `told` are tables of which each row is what one event says: those of which the streams still tell are written anew.
    `kept` are tables that more than events has made: rows that are there stay as they are, and lost ones come again.
    `said` are types that only a replay reads, because the service itself says them: no cursor tells how far they go,
    and all that a stream holds of them is read. `is_alone`: nobody else may work on the rows meanwhile.
    """

    consumers: Sequence[Consumer | BatchConsumer]
    said: Collection[type[Struct]] = ()
    told: Sequence[type[DeclarativeBase]] = ()
    kept: Sequence[type[DeclarativeBase]] = ()
    is_alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a service consists of while it runs.

    `routers` hold its operations, and include no other router; of two that match a path the first answers. `provides`
    are the objects that its routes ask for by type (`provided`). `unbounded`: paths below which its routes bound bodies
    themselves. `prepares` are awaited in order before anything else runs; `background` coroutines run beside the rest
    in every process, whatever its share of the work is, and may return; `senders` only in those that follow streams:
    any number of them share what is to be sent.
    """

    routers: Sequence[APIRouter] = ()
    unbounded: Sequence[str] = ()
    provides: Sequence[object] = ()
    consumers: Sequence[Consumer | BatchConsumer] = ()
    answers: Sequence[Answerer] = ()
    workers: Sequence[Worker] = ()
    prepares: Sequence[Callable[[], Awaitable[None]]] = ()
    background: Sequence[Callable[[], Awaitable[None]]] = ()
    senders: Sequence[Callable[[], Awaitable[None]]] = ()
    projection: Projection | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What `app.py` of each service ends with. The name is also the schema, the role and the prefix of durable names.

    `extensions` are PostgreSQL extensions that its migrations need. `package` is the folder that holds `migrations/`.
    """

    name: str
    package: Path
    settings: type[Any]  # Any: a subclass of Settings that only `build` knows
    build: Callable[[Context[Any]], Parts]
    extensions: Sequence[str] = field(default=())

    @property
    def migrations(self) -> Path:
        """Where its migrations lie."""
        return self.package / "migrations"


def provided(kind: type[ProvidedT]) -> Callable[[Request], Awaitable[ProvidedT]]:
    """A FastAPI dependency: the object of this class that the service provides.

    TariffsDep = Annotated[Tariffs, Depends(provided(Tariffs))]

    Like every dependency of ours it is a coroutine function: FastAPI sends others through a thread, for each request.
    """

    async def find(request: Request) -> ProvidedT:
        found: ProvidedT = request.app.state.provided[kind]
        return found

    return find
