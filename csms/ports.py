"""What the gateway needs of the world. Adapters implement these; tests use `adapters/memory.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from protocol.blocks.authorization.queries import AuthorizeToken
from protocol.bus.commands import RegistryEntry
from protocol.domain.authorization import Authorization
from protocol.domain.identifiers import StationKey, TenantId


class Outgoing(NamedTuple):
    """An encoded event on its way to its stream. Without a dedupe key the broker keeps every delivery."""

    subject: str
    payload: bytes
    dedupe_key: str = ""


Slot = tuple[StationKey, str, *tuple[int | None, ...]]
"""What a last value is the last of: a station, a name, and the place or epoch that it is about."""


class EventPublisher(Protocol):
    """The way into JetStream."""

    async def publish(self, *events: Outgoing) -> None:
        """Return once every event is in its stream.

        Raises PublishFailed, at once while NATS is away, and FactTooLarge, which no repetition will change.
        """

    def publish_latest(self, slot: Slot, event: Outgoing) -> None:
        """Publish in order without waiting; while NATS is away keep the last event of each slot and publish it then."""

    @property
    def is_patient(self) -> bool:
        """Whether NATS is there, or was a moment ago. If not, new stations are better told to come later."""


class TokenAuthority(Protocol):
    """Who may charge."""

    async def judge(self, question: AuthorizeToken) -> Authorization:
        """Identity's verdict; else a cached one; else DEFERRED with the status that the operator chose."""


class TransactionNumbers(Protocol):
    """The transaction ids of OCPP 1.6."""

    async def number_of(self, station: StationKey, start: str) -> int:
        """The number of the start with this id: the same for the same start, unique within the station.

        Raises BusUnavailable.
        """


class StationRegistry(Protocol):
    """What the operator registered, at hand without waiting."""

    def find(self, station: StationKey) -> RegistryEntry | None:
        """The station's entry; None for a station that nobody registered."""

    def has_tenant(self, tenant: TenantId) -> bool:
        """Whether any station of the tenant is registered."""


class Presence(Protocol):
    """Which node holds a station's newest socket."""

    async def claim(self, station: StationKey) -> int:
        """Take the station over and return the new epoch. Raises BusUnavailable."""

    async def release(self, station: StationKey, epoch: int) -> None:
        """Give the station up, unless somebody took it over since."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What a handler may ask."""

    publisher: EventPublisher
    authority: TokenAuthority
    numbers: TransactionNumbers
    registry: StationRegistry
    now: Callable[[], datetime]
    token_key_of: Callable[[TenantId], bytes]
