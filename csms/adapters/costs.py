"""What a transaction cost and how far it may go, asked of sessions; a driver's own tariff, asked of tariffs."""

from datetime import UTC, datetime
from decimal import Decimal

import structlog

from csms.adapters.asking import ask
from csms.adapters.nats import NatsBus
from csms.errors import BusUnavailable
from protocol.blocks.tariff_and_cost.queries import (
    AskDriverTariff,
    AskLimit,
    AskTotalCost,
    DriverTariff,
    LimitAnswer,
    TotalCost,
)
from protocol.bus.subjects import query_subject
from protocol.domain.identifiers import DriverId, StationKey, TenantId, TransactionId
from protocol.domain.tariff import Tariff
from protocol.domain.transaction_limit import TransactionLimit

log = structlog.get_logger(__name__)

_TOTAL = query_subject("sessions", "total_cost")
_LIMIT = query_subject("sessions", "transaction_limit")
_TARIFF = query_subject("tariffs", "driver_tariff")
_ON_THE_WAY_S = 0.2


class SessionCosts:
    """Asks sessions, which has `timeout_s` to have settled the session."""

    def __init__(self, bus: NatsBus, *, timeout_s: float) -> None:
        self._bus = bus
        self._timeout_s = timeout_s

    async def total_of(self, station: StationKey, transaction_id: TransactionId) -> Decimal | None:
        """Never raises, and takes hardly longer than the timeout."""
        question = AskTotalCost(
            station.tenant, station.station, transaction_id, patience_s=self._timeout_s, asked_at=datetime.now(UTC)
        )
        timeout_s = self._timeout_s + _ON_THE_WAY_S
        try:
            return (await ask(self._bus, _TOTAL, question, TotalCost, timeout_s=timeout_s)).total
        except BusUnavailable as error:
            log.info("nobody says what it cost", reason=str(error))
            return None

    async def limit_of(self, station: StationKey, remote_start_id: int) -> TransactionLimit | None:
        """Never raises, and takes no longer than the timeout."""
        question = AskLimit(station.tenant, station.station, remote_start_id)
        try:
            return (await ask(self._bus, _LIMIT, question, LimitAnswer, timeout_s=self._timeout_s)).limit
        except BusUnavailable as error:
            log.info("nobody says how far it may go", reason=str(error))
            return None

    async def tariff_of(self, tenant: TenantId, driver_id: DriverId) -> Tariff | None:
        """Never raises, and takes no longer than the timeout."""
        question = AskDriverTariff(tenant, driver_id, datetime.now(UTC))
        try:
            return (await ask(self._bus, _TARIFF, question, DriverTariff, timeout_s=self._timeout_s)).tariff
        except BusUnavailable as error:
            log.info("nobody says the driver's tariff", reason=str(error))
            return None
