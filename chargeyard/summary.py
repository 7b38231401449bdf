"""The platform in one line, as its own events tell it."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import nats
import structlog
from nats.errors import TimeoutError as NatsTimeout
from nats.js.api import ConsumerConfig, DeliverPolicy

from backoffice.contracts import CATALOGUE
from backoffice.contracts.billing import PaymentCompleted, PaymentFailed
from backoffice.contracts.sessions import (
    ChargingSessionCompleted,
    ChargingSessionStarted,
    ParkingSessionCompleted,
    ParkingSessionStarted,
)
from backoffice.contracts.stations import StationStatusChanged
from chargeyard.rest import RestClient
from protocol.bus.catalogue import UnknownEventType
from protocol.bus.envelope import decode_envelope
from protocol.bus.subjects import Kind, kind_filter
from protocol.domain.money import Money

log = structlog.get_logger(__name__)

_WAIT_S = 1.0
_RUNNING = ("charging", "suspended")
_PARKED = "parked"


@dataclass(slots=True)
class Summary:
    """Counted since this `up` began."""

    online: set[str] = field(default_factory=set)
    running: set[str] = field(default_factory=set)
    parked: set[str] = field(default_factory=set)
    energy_wh: Decimal = Decimal(0)
    receipts: int = 0
    open_invoices: int = 0
    revenue: Counter[str] = field(default_factory=Counter)

    async def begin(self, operator: RestClient) -> None:
        """What is online and running already, as after a restart."""
        stations = await operator.get("/stations", limit=500)
        self.online |= {row["station_id"] for row in stations["items"] if row["is_online"]}
        sessions = await operator.get("/sessions", limit=500)
        self.running |= {row["id"] for row in sessions["items"] if row["state"] in _RUNNING}
        stays = await operator.get("/parking-sessions", limit=500)
        self.parked |= {row["id"] for row in stays["items"] if row["state"] == _PARKED}

    def take(self, event: msgspec.Struct) -> None:
        """Count one event."""
        match event:
            case StationStatusChanged(evse=None):
                (self.online.add if event.is_online else self.online.discard)(event.station_id)
            case ChargingSessionStarted():
                self.running.add(event.session_id)
            case ChargingSessionCompleted():
                self.running.discard(event.session_id)
                self.energy_wh += event.energy_wh
            case ParkingSessionStarted():
                self.parked.add(event.session_id)
            case ParkingSessionCompleted():
                self.parked.discard(event.session_id)
            case PaymentCompleted():
                self.receipts += 1
                self.revenue[event.currency] += Money(event.amount, event.currency).minor_units()
            case PaymentFailed():
                self.open_invoices += 1
            case _:
                pass

    def __str__(self) -> str:
        money = ", ".join(
            f"{Money.from_minor_units(units, currency).amount} {currency}" for currency, units in self.revenue.items()
        )
        return (
            f"{len(self.online)} stations online · {len(self.running)} sessions running · {len(self.parked)} parked · "
            f"{self.receipts} receipts · {self.open_invoices} open · {self.energy_wh / 1000:.3f} kWh · "
            f"{money or '0.00 EUR'}"
        )


async def follow(url: str, summary: Summary, *, ready: asyncio.Event) -> None:
    """Count the services' events from now on, until cancelled; `ready` is set once none can be missed."""
    client = await nats.connect(url, max_reconnect_attempts=-1, error_cb=_ignore)
    try:
        config = ConsumerConfig(deliver_policy=DeliverPolicy.BY_START_TIME, opt_start_time=datetime.now(UTC))
        subscription = await client.jetstream().subscribe(
            kind_filter(Kind.DOMAIN), ordered_consumer=True, config=config
        )
        ready.set()
        while True:
            try:
                message = await subscription.next_msg(timeout=_WAIT_S)
                summary.take(CATALOGUE.decode(decode_envelope(message.data)))
            except NatsTimeout:
                continue
            except (UnknownEventType, msgspec.DecodeError) as error:
                log.warning("event not counted", reason=str(error))
    finally:
        await client.close()


async def _ignore(_error: Exception) -> None:
    """The client reconnects by itself; the supervisor tells when NATS is gone for good."""
