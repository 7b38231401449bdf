"""What a service is: a name, its settings, and a function that builds its parts.

A service is deployed alone or with others in one process; it cannot tell which.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from fastapi import APIRouter, Request

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
    """A periodic task, run by one process at a time. A run that fails is logged and counted; the next one comes."""

    name: str
    run: Callable[[], Awaitable[object]]
    every_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a service consists of while it runs.

    `provides` are the objects that its routes ask for by type (`provided`). `prepares` are awaited in order before
    anything else runs; `background` coroutines run beside the rest, and may return.
    """

    router: APIRouter | None = None
    provides: Sequence[object] = ()
    consumers: Sequence[Consumer | BatchConsumer] = ()
    answers: Sequence[Answerer] = ()
    workers: Sequence[Worker] = ()
    prepares: Sequence[Callable[[], Awaitable[None]]] = ()
    background: Sequence[Callable[[], Awaitable[None]]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One row of `backoffice/services.py`. The name is also the schema, the role and the prefix of durable names.

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


def provided(kind: type[ProvidedT]) -> Callable[[Request], ProvidedT]:
    """A FastAPI dependency: the object of this class that the service provides.

    TariffsDep = Annotated[Tariffs, Depends(provided(Tariffs))]
    """

    def find(request: Request) -> ProvidedT:
        found: ProvidedT = request.app.state.provided[kind]
        return found

    return find
