"""The search for places around a point: EVSEs and parking bays that fit, with what charging costs there."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from backoffice.contracts.tariffs import EvsePlace
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database
from backoffice.stations import nearby_repository
from backoffice.stations.nearby_repository import Found, Key, Search
from backoffice.stations.prices import Prices
from backoffice.stations.schemas import PriceView
from protocol.domain.identifiers import StationId, TenantId

# A price is known to tariffs alone: so many places are asked for at once, and no more than so many times.
_ASKED_AT_ONCE, _ASKED_AT_MOST = 200, 5


class PlaceKind(StrEnum):
    """What is searched for."""

    EVSE = "evse"
    BAY = "bay"


@dataclass(frozen=True, slots=True)
class PriceCap:
    """No more than this a kWh, VAT included; in `currency`, where one is named."""

    per_kwh: Decimal
    currency: str | None = None

    def allows(self, price: PriceView | None) -> bool:
        """Whether charging there is cheap enough. One whose price nobody told is not."""
        if price is None or self.currency not in (None, price.currency):
            return False
        return price.per_kwh is None or price.per_kwh <= self.per_kwh


class Priced(NamedTuple):
    """A place and what charging costs there; None: nobody told."""

    found: Found
    price: PriceView | None


class Nearby(NamedTuple):
    """A page of what was found; `after` is where the next one begins, None: there is none."""

    places: list[Priced]
    after: Key | None


class Surroundings:
    """Searches for places."""

    def __init__(self, database: Database, *, prices: Prices, clock: Clock) -> None:
        self.database = database
        self.prices = prices
        self.clock = clock

    async def find(
        self,
        tenant: TenantId,
        search: Search,
        *,
        kind: PlaceKind,
        limit: int,
        after: Key | None = None,
        cap: PriceCap | None = None,
    ) -> Nearby:
        """The nearest places that fit, at most `limit`.

        With a price cap it looks at a thousand places at most; a page may then hold fewer than there are, and `after`
        goes on.
        """
        at_once = _ASKED_AT_ONCE if cap else limit
        places: list[Priced] = []
        for _ in range(_ASKED_AT_MOST if cap else 1):
            looked_at = await self._look(tenant, search, kind=kind, limit=at_once + 1, after=after)
            has_more = len(looked_at) > at_once
            for one in await self._priced(tenant, looked_at[:at_once]):
                if len(places) == limit:
                    return Nearby(places, after)
                after = one.found.key
                if cap is None or cap.allows(one.price):
                    places.append(one)
            if not has_more:
                return Nearby(places, None)
        return Nearby(places, after)

    async def _look(
        self, tenant: TenantId, search: Search, *, kind: PlaceKind, limit: int, after: Key | None
    ) -> Sequence[Found]:
        find = nearby_repository.find_evses if kind is PlaceKind.EVSE else nearby_repository.find_bays
        async with self.database.snapshot(tenant) as unit:
            return await find(unit, search, after=after, limit=limit)

    async def _priced(self, tenant: TenantId, looked_at: Sequence[Found]) -> list[Priced]:
        evses = [
            EvsePlace(StationId(one.station_id), one.evse, one.location_id)
            for one in looked_at
            if one.station_id is not None and one.evse is not None
        ]
        prices = await self.prices.of_evses(tenant, evses)
        return [Priced(one, prices.get((one.station_id or "", one.evse or 0))) for one in looked_at]
