"""The fleet in numbers for Prometheus: stations by whether they are online, EVSEs by what they do."""

from prometheus_client import Gauge

from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.stations import wall_repository
from backoffice.stations.evse_state import EvseState

COUNT_EVERY_S = 15.0

STATIONS = Gauge("fleet_stations", "Registered stations", ["is_online"])
EVSES = Gauge("fleet_evses", "EVSEs by what they do", ["state"])


class FleetMetrics:
    """Counts, in whichever process runs the workers of stations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def count(self) -> None:
        """Every gauge says what is true now, over all tenants. Raises DatabaseUnavailable."""
        async with self._database.snapshot(ALL_TENANTS) as unit:
            stations = await wall_repository.count_stations(unit)
            evses = await wall_repository.count_evses(unit)
        for is_online in (True, False):
            STATIONS.labels(str(is_online).lower()).set(stations.get(is_online, 0))
        counts = dict.fromkeys(EvseState, 0)
        for status, charging_state, count in evses:
            counts[EvseState.of(status, charging_state)] += count
        for state, count in counts.items():
            EVSES.labels(state).set(count)
