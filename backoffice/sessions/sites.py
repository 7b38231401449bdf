"""Which stations' sessions somebody sees: stations says what stands at a site host's locations now."""

from backoffice.contracts.stations import STATIONS_AT, AskStationsAt
from backoffice.kit.auth import Principal
from backoffice.kit.bus import Bus


class Sites:
    """Asks for each request of a site host, and for nobody else's."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def stations_of(self, principal: Principal) -> frozenset[str] | None:
        """The stations whose sessions they see; None is all. Raises Unavailable: who cannot be checked sees nothing."""
        if principal.sites is None:
            return None
        question = AskStationsAt(principal.tenant, tuple(sorted(principal.sites)))
        return frozenset((await self._bus.ask(STATIONS_AT, question)).station_ids)
