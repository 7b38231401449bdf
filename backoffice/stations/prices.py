"""What charging costs at EVSEs, as tariffs says it; where it is silent, nothing is said."""

from collections.abc import Sequence

import msgspec
import structlog

from backoffice.contracts.tariffs import TARIFFS_IN_FORCE, EvsePlace, TariffsInForce, TariffVersion
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.errors import PeerFailed, Unavailable
from backoffice.stations.domain import TariffGlance, headline_prices
from backoffice.stations.models import Station
from backoffice.stations.schemas import PriceView
from protocol.domain.identifiers import StationId, TenantId

log = structlog.get_logger(__name__)


class Prices:
    """Asks tariffs once for everything that a page shows."""

    def __init__(self, bus: Bus, *, timeout_s: float, clock: Clock) -> None:
        self._bus = bus
        self._timeout_s = timeout_s
        self._clock = clock

    async def of_stations(self, tenant: TenantId, stations: Sequence[Station]) -> dict[tuple[str, int], PriceView]:
        """The price at each EVSE, by station id and EVSE number; those that have none are missing."""
        places = [
            EvsePlace(StationId(station.id), evse.evse, station.location_id)
            for station in stations
            for evse in station.evses
        ]
        return await self.of_evses(tenant, places)

    async def of_evses(self, tenant: TenantId, places: Sequence[EvsePlace]) -> dict[tuple[str, int], PriceView]:
        """The same, of EVSEs."""
        if not places:
            return {}
        question = TariffsInForce(tenant, tuple(places), self._clock())
        try:
            answer = await self._bus.ask(TARIFFS_IN_FORCE, question, timeout_s=self._timeout_s)
        except (Unavailable, PeerFailed) as error:
            log.warning("prices not shown", reason=str(error))
            return {}
        views = [view_of(version) for version in answer.versions]
        return {
            (place.station_id, place.evse): views[index]
            for place, index in zip(places, answer.index_of_place, strict=True)
            if index >= 0
        }


def view_of(version: TariffVersion) -> PriceView:
    """A tariff at a glance."""
    glance = msgspec.json.decode(version.tariff, type=TariffGlance, strict=False)
    prices = headline_prices(glance)
    return PriceView(
        tariff_id=version.tariff_id,
        tariff_version=version.version,
        currency=glance.currency,
        per_kwh=prices.get("ENERGY"),
        per_hour=prices.get("TIME"),
        per_hour_parked=prices.get("PARKING_TIME"),
        per_session=prices.get("FLAT"),
    )
