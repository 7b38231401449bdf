"""The parking bays of a scenario, and who comes only to park."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

from protocol.domain.identifiers import DEFAULT_TENANT
from simulator.arrivals import Arrivals
from simulator.errors import InvalidPlan
from simulator.inventory import make_id
from simulator.parking.plan import BayPlan, BayQuirk, ParkerPlan
from simulator.plan import StationPlan
from simulator.scenarios.model import ArrivalRow, ParkerRow, ParkingRow, Scenario, SiteRow
from simulator.scenarios.naming import by_name, no_such, site_names
from simulator.scenarios.reading import Lines


def lay_out_bays(
    scenario: Scenario, stations: Sequence[StationPlan], *, lines: Lines, template: str | None, scale: float
) -> tuple[BayPlan, ...]:
    """The bays, numbered from 1: of each site those of its stations' EVSEs, then those without, `scale` times as many.

    Raises InvalidScenario for bays of which nobody says who comes.
    """
    by_site: dict[str, list[StationPlan]] = {}
    for station in stations:
        by_site.setdefault(station.site, []).append(station)
    numbers = count(1)
    made: list[BayPlan] = []
    for number, row in enumerate(scenario.sites):
        parking = row.parking
        if parking is None:
            continue
        path = f"$.sites[{number}].parking"
        _check(parking, path, lines)
        for site in site_names(row):
            for station_id, evse in _places(parking, by_site.get(site, ()), scale):
                try:
                    bay_id = make_id(template or scenario.bay_template, next(numbers))
                except InvalidPlan as error:
                    raise lines.error("$.bay_template", str(error)) from error
                made.append(_bay(bay_id, site, station_id, evse, parking))
    return tuple(made)


def lay_out_parkers(
    scenario: Scenario,
    lines: Lines,
    *,
    drivers: Sequence[str],
    stay_s: tuple[float, float] | None,
    arrival_s: float | None,
) -> Mapping[str, ParkerPlan]:
    """Who comes only to park, by site. `drivers` have the app; `stay_s` and `arrival_s` count instead of the file's.

    Raises InvalidScenario.
    """
    habits = by_name(scenario.parkers, "parkers", lines)
    return {
        site: _parkers(row, f"$.sites[{number}].parking", habits, lines, drivers, stay_s, arrival_s)
        for number, row in enumerate(scenario.sites)
        if row.parking is not None and row.parking.bays
        for site in site_names(row)
    }


def arrivals_of(row: ArrivalRow, mean_s: float | None) -> Arrivals:
    """When drivers come; `mean_s` counts instead of the file's mean. Raises InvalidPlan."""
    return Arrivals(
        row.shape,
        row.mean.seconds if mean_s is None else mean_s,
        day_s=row.day.seconds,
        begins_at_h=None if row.begins is None else row.begins.hours,
    )


def _check(parking: ParkingRow, path: str, lines: Lines) -> None:
    if not parking.bays and not parking.at_evses:
        raise lines.error(path, "parking without a bay: give it `bays`, or `at_evses: true`")
    if parking.bays and (parking.parkers is None or parking.arrivals is None):
        raise lines.error(path, "bays without an EVSE need `parkers` and `arrivals`")
    for what in ("parkers", "arrivals"):
        if not parking.bays and getattr(parking, what) is not None:
            raise lines.error(f"{path}.{what}", f"{what} come to bays without an EVSE: say how many `bays` there are")


def _places(
    parking: ParkingRow, stations: Sequence[StationPlan], scale: float
) -> Iterator[tuple[str | None, int | None]]:
    if parking.at_evses:
        for station in stations:
            for evse in range(1, station.evse_count + 1):
                yield station.station_id, evse
    for _ in range(max(1, round(parking.bays * scale)) if parking.bays else 0):
        yield None, None


def _bay(bay_id: str, site: str, station_id: str | None, evse: int | None, parking: ParkingRow) -> BayPlan:
    row = parking.quirks
    shares: dict[BayQuirk, float] = {} if row is None else {quirk: getattr(row, quirk).fraction for quirk in BayQuirk}
    return BayPlan(
        bay_id,
        site=site,
        station_id=station_id,
        evse=evse,
        device=parking.device,
        quirks={quirk: share for quirk, share in shares.items() if share},
        late_s=parking.late.ends_s,
    )


def _parkers(
    row: SiteRow,
    path: str,
    habits: Mapping[str, ParkerRow],
    lines: Lines,
    drivers: Sequence[str],
    stay_s: tuple[float, float] | None,
    arrival_s: float | None,
) -> ParkerPlan:
    parking = row.parking
    assert parking is not None and parking.parkers is not None and parking.arrivals is not None  # noqa: PT018 # checked
    habit = habits.get(parking.parkers)
    if habit is None:
        raise lines.error(f"{path}.parkers", no_such("parkers", parking.parkers, habits))
    try:
        arrivals = arrivals_of(parking.arrivals, arrival_s)
        return ParkerPlan(
            drivers={DEFAULT_TENANT: tuple(drivers)},
            stay_s=stay_s or habit.stay.ends_s,
            arrival_s=arrivals.mean_s,
            arrivals=arrivals,
            check_in_share=habit.check_in.fraction,
            reserved_share=habit.reserve.fraction,
        )
    except InvalidPlan as error:
        raise lines.error(path, str(error)) from error
