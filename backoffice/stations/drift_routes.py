"""Configuration drift by REST: which stations are not as a template says."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from backoffice.kit.guards import StationsReader
from backoffice.kit.pagination import DEFAULT_LIMIT, After, Limit, Page, decode_cursor, encode_cursor
from backoffice.stations import known_repository
from backoffice.stations.command_desk import StationsDep
from backoffice.stations.configuration import Comparison
from backoffice.stations.configuration_routes import ComparedView, TemplateName, wanted_of
from backoffice.stations.drift import Drift, find_drift

router = APIRouter(prefix="/configuration-templates", tags=["configuration"])

_NOT_AS_WANTED = (Comparison.DIFFERENT, Comparison.READONLY)


class DriftView(BaseModel):
    """A station, and how its variables differ from the template."""

    station_id: str
    differing: list[ComparedView]

    @classmethod
    def of(cls, drift: Drift) -> "DriftView":
        return cls(station_id=drift.station_id, differing=[ComparedView.of(one) for one in drift.differing])


@router.get("/{name}/drift")
async def list_drift(
    name: TemplateName,
    operator: StationsReader,
    stations: StationsDep,
    include_unknown: Annotated[
        bool, Query(description="Also variables that the station has not told: it was never asked, or has none.")
    ] = False,
    model: Annotated[str | None, Query(description="Only stations of this model.")] = None,
    location_id: Annotated[str | None, Query(description="Only stations at this location.")] = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Page[DriftView]:
    """Stations that differ from the template, by id, as far as is known; a page may be short before the last one."""
    verdicts = frozenset((*_NOT_AS_WANTED, Comparison.UNKNOWN) if include_unknown else _NOT_AS_WANTED)
    after = str(decode_cursor(cursor, parsers=[str])[0]) if cursor else None
    async with stations.database.snapshot(operator.tenant) as unit:
        wanted = wanted_of(await known_repository.find_template(unit, name), name)
        page = await find_drift(
            unit, wanted, verdicts=verdicts, model=model, location_id=location_id, after=after, limit=limit
        )
    next_cursor = encode_cursor([page.after]) if page.after is not None else None
    return Page(items=[DriftView.of(drift) for drift in page.drifts], next_cursor=next_cursor)
