"""What a transaction cost, asked of sessions."""

from decimal import Decimal

import msgspec
import structlog

from csms.adapters.nats import NatsBus
from csms.errors import BusUnavailable
from protocol.blocks.tariff_and_cost.queries import AskTotalCost, TotalCost
from protocol.bus.subjects import query_subject
from protocol.domain.identifiers import StationKey, TransactionId

log = structlog.get_logger(__name__)

_SUBJECT = query_subject("sessions", "total_cost")
_ON_THE_WAY_S = 0.2


class SessionCosts:
    """Asks sessions, which has `timeout_s` to have settled the session."""

    def __init__(self, bus: NatsBus, *, timeout_s: float) -> None:
        self._bus = bus
        self._timeout_s = timeout_s

    async def total_of(self, station: StationKey, transaction_id: TransactionId) -> Decimal | None:
        """Never raises, and takes hardly longer than the timeout."""
        question = AskTotalCost(station.tenant, station.station, transaction_id, patience_s=self._timeout_s)
        timeout_s = self._timeout_s + _ON_THE_WAY_S
        try:
            reply = await self._bus.request(_SUBJECT, msgspec.json.encode(question), timeout_s=timeout_s)
            return msgspec.json.decode(reply.data, type=TotalCost).total
        except (BusUnavailable, msgspec.DecodeError) as error:
            log.info("nobody says what it cost", reason=str(error))
            return None
