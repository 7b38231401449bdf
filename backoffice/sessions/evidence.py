"""What a session's bill rests on, from the frames of its station to the money: one view for whoever doubts it.

frame (the message log) -> event (its id) -> row (the CDR and its evidence) -> price line -> payment and ledger.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from backoffice.contracts.billing import BOOKINGS_OF, AskBookings, Bookings
from backoffice.contracts.telemetry import TRANSACTION_TRAIL, AskTrail, Trail
from backoffice.kit.bus import Bus
from backoffice.kit.errors import Failure
from backoffice.sessions.models import SessionRow
from protocol.domain.identifiers import StationId, TenantId, TransactionId

AnswerT = TypeVar("AnswerT")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What telemetry and billing know of a session; None where one of them is silent."""

    trail: Trail | None
    bookings: Bookings | None


class EvidenceDesk:
    """Asks for it."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def gather(self, tenant: TenantId, session: SessionRow) -> Evidence:
        """As much as the others answer."""
        question = AskTrail(tenant, StationId(session.station_id), TransactionId(session.transaction_id))
        return Evidence(
            trail=await self._try(self._bus.ask(TRANSACTION_TRAIL, question)),
            bookings=await self._try(self._bus.ask(BOOKINGS_OF, AskBookings(tenant, session.id))),
        )

    async def _try(self, asking: Awaitable[AnswerT]) -> AnswerT | None:
        try:
            return await asking
        except Failure as error:
            log.warning("evidence is missing", reason=str(error))
            return None
