"""Which stations' variables differ from a template, by what is known of them."""

from collections.abc import Sequence
from typing import NamedTuple

from backoffice.kit.database import Unit
from backoffice.stations import known_repository
from backoffice.stations.configuration import Compared, Comparison, Wanted, compare

# Stations that a page looks at: those that do not differ fill none of it.
_LOOKED_AT_ONCE, _LOOKED_AT_MOST = 200, 2_000


class Drift(NamedTuple):
    """A station, and the variables that are not as the template says."""

    station_id: str
    differing: list[Compared]


class DriftPage(NamedTuple):
    """Stations that differ, by id; `after` is where to go on, None: that is all."""

    drifts: list[Drift]
    after: str | None


async def find_drift(
    unit: Unit,
    wanted: Sequence[Wanted],
    *,
    verdicts: frozenset[Comparison],
    model: str | None,
    location_id: str | None,
    after: str | None,
    limit: int,
) -> DriftPage:
    """At most `limit` stations with a variable of one of these verdicts, among two thousand behind `after`."""
    drifts: list[Drift] = []
    for _ in range(_LOOKED_AT_MOST // _LOOKED_AT_ONCE):
        ids = await known_repository.station_ids_after(
            unit, after, model=model, location_id=location_id, limit=_LOOKED_AT_ONCE + 1
        )
        looked_at = ids[:_LOOKED_AT_ONCE]
        names = {one.variable.lower() for one in wanted}
        known = await known_repository.variables_named(unit, looked_at, names)
        for station_id in looked_at:
            if len(drifts) == limit:
                return DriftPage(drifts, after)
            after = station_id
            compared = compare(wanted, known.get(station_id, ()))
            if differing := [one for one in compared if one.verdict in verdicts]:
                drifts.append(Drift(station_id, differing))
        if len(ids) <= _LOOKED_AT_ONCE:
            return DriftPage(drifts, None)
    return DriftPage(drifts, after)
