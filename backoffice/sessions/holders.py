"""For whom an EVSE is reserved, as reservations says it; where it is silent, for nobody.

A station that keeps the EVSE for a reservation starts with that reservation's token alone (OCPP 2.0.1 H03), so a driver
who starts by app starts with it.
"""

from datetime import datetime, timedelta

import structlog

from backoffice.contracts.reservations import HOLDER_OF, AskHolder, Holder
from backoffice.contracts.stations import Place
from backoffice.kit.bus import Bus
from backoffice.kit.errors import PeerFailed, Unavailable
from protocol.domain.identifiers import StationId, TenantId

log = structlog.get_logger(__name__)

# As early as a driver may come, the station may be keeping the EVSE already.
_EARLY = timedelta(minutes=15)


class Holders:
    """Asks once, and again for a driver who comes early."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def is_anothers(
        self, tenant: TenantId, station_id: StationId, evse: int, *, driver_id: str, at: datetime
    ) -> bool:
        """Whether the EVSE is another driver's then."""
        holder = await self._ask(tenant, station_id, evse, at)
        return holder.driver_id not in (None, driver_id)

    async def reservation_of(
        self, tenant: TenantId, station_id: StationId, evse: int, *, driver_id: str, at: datetime
    ) -> str | None:
        """The driver's reservation of the EVSE that runs then, or begins soon."""
        for moment in (at, at + _EARLY):
            holder = await self._ask(tenant, station_id, evse, moment)
            if holder.driver_id == driver_id:
                return holder.reservation_id
        return None

    async def _ask(self, tenant: TenantId, station_id: StationId, evse: int, at: datetime) -> Holder:
        try:
            return await self._bus.ask(HOLDER_OF, AskHolder(tenant, Place(station_id, evse), at))
        except (Unavailable, PeerFailed) as error:
            log.info("reservations not asked", station_id=station_id, reason=str(error))
            return Holder()
