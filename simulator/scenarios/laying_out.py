"""A scenario as the plan of a fleet: which stations stand where, and who comes to them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from protocol.domain.identifiers import DEFAULT_TENANT, IdToken
from protocol.domain.version import OcppVersion
from simulator.errors import InvalidPlan
from simulator.evse import Outlet
from simulator.faults.kinds import Fault
from simulator.inventory import make_id, make_tokens
from simulator.plan import DriverPlan, FleetPlan, PlannedFault, Settings, StationPlan
from simulator.quirks.library import QUIRKS
from simulator.scenarios.laying_out_bays import arrivals_of, lay_out_bays, lay_out_parkers
from simulator.scenarios.model import DriverRow, FaultRow, ModelRow, Scenario, SiteRow
from simulator.scenarios.naming import by_name, no_such, site_names
from simulator.scenarios.reading import Lines

_STATIONS_A_SECOND = 200


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line says instead of the file; None: nothing.

    `count` stations keep the proportions of the file's, and so do bays; `versions` are had in turn. `session_s` and
    `arrival_s` are also those of who only parks.
    """

    count: int | None = None
    versions: Sequence[OcppVersion] | None = None
    id_template: str | None = None
    meter_interval_s: int | None = None
    session_s: tuple[float, float] | None = None
    arrival_s: float | None = None
    bay_template: str | None = None


@dataclass(frozen=True, slots=True)
class _Slot:
    """The place of one station."""

    site: str
    model: ModelRow


def lay_out(
    scenario: Scenario,
    lines: Lines,
    *,
    overrides: Overrides,
    passwords: Mapping[str, str],
    tokens: Sequence[IdToken] | None,
    app_drivers: Sequence[str] = (),
) -> FleetPlan:
    """The fleet that the scenario describes. Raises InvalidScenario where its parts do not fit.

    `app_drivers` are the names under which drivers log in who check in by app.
    """
    models = by_name(scenario.models, "models", lines)
    habits = by_name(scenario.drivers, "drivers", lines)
    planned = list(_slots(scenario, models, lines))
    slots = _spread(planned, overrides.count)
    stations = tuple(_stations(scenario, slots, overrides, passwords))
    known = tuple(tokens) if tokens is not None else make_tokens(stations)
    drivers_at = {
        name: _drivers(row, number, habits, lines, overrides, known)
        for number, row in enumerate(scenario.sites)
        for name in site_names(row)
    }
    if scenario.connect_within is None:
        spread_s = max(1.0, len(stations) / _STATIONS_A_SECOND)
    else:
        spread_s = scenario.connect_within.seconds
    return FleetPlan(
        stations=stations,
        drivers=replace(next(iter(drivers_at.values())), tokens={station.tenant: known for station in stations}),
        connect_spread_s=spread_s,
        drivers_at=drivers_at,
        bays=lay_out_bays(
            scenario, stations, lines=lines, template=overrides.bay_template, scale=len(slots) / len(planned)
        ),
        parkers_at=lay_out_parkers(
            scenario, lines, drivers=app_drivers, stay_s=overrides.session_s, arrival_s=overrides.arrival_s
        ),
        faults=tuple(_fault(row, number, scenario, lines) for number, row in enumerate(scenario.faults)),
    )


def _slots(scenario: Scenario, models: Mapping[str, ModelRow], lines: Lines) -> Iterator[_Slot]:
    """One for each station of the file, and every name that it uses is one that it has."""
    names: set[str] = set()
    for number, row in enumerate(scenario.sites):
        path = f"$.sites[{number}]"
        for site in site_names(row):
            if site in names:
                raise lines.error(f"{path}.name", f"two sites are called {site!r}: rename one of them")
            names.add(site)
            for name, count in row.stations.items():
                model = models.get(name)
                if model is None:
                    raise lines.error(f"{path}.stations", no_such("model", name, models), key=name)
                yield from (_Slot(site, model) for _ in range(count))
    for number, model in enumerate(scenario.models):
        _check_model(model, f"$.models[{number}]", lines)


def _check_model(model: ModelRow, path: str, lines: Lines) -> None:
    for version in model.ocpp:
        if version not in list(OcppVersion):
            raise lines.error(f"{path}.ocpp", no_such("OCPP version", version, map(str, OcppVersion)), key=version)
    if not any(model.ocpp.values()):
        raise lines.error(f"{path}.ocpp", "no version has a proportion above 0")
    if model.dc and "phases" in lines.keys_of(path):
        raise lines.error(f"{path}.phases", "a DC outlet has no phases: leave them out")
    for number, quirk in enumerate(model.quirks):
        if quirk not in QUIRKS:
            raise lines.error(f"{path}.quirks[{number}]", no_such("quirk", quirk, QUIRKS))


def _spread(slots: Sequence[_Slot], count: int | None) -> Sequence[_Slot]:
    if count is None:
        return slots
    if count < 1:
        raise InvalidPlan(f"a fleet has at least one station; got {count}")
    return [slots[number * len(slots) // count] for number in range(count)]


def _stations(
    scenario: Scenario, slots: Sequence[_Slot], overrides: Overrides, passwords: Mapping[str, str]
) -> Iterator[StationPlan]:
    given: dict[str, Counter[str]] = {}
    for number, slot in enumerate(slots, start=1):
        model = slot.model
        station_id = make_id(overrides.id_template or scenario.id_template, number)
        yield StationPlan(
            station_id=station_id,
            version=_next_version(model, given.setdefault(model.name, Counter()))
            if overrides.versions is None
            else overrides.versions[(number - 1) % len(overrides.versions)],
            password=passwords.get(station_id),
            evse_count=model.evses,
            outlet=Outlet(round(model.power_kw * 1000), phases=3 if model.dc else model.phases, is_dc=model.dc),
            vendor=model.vendor,
            model=model.model or model.name,
            firmware_version=model.firmware,
            settings=_settings(model, overrides),
            site=slot.site,
            quirks=model.quirks,
            idle_w=model.idle_w,
        )


def _next_version(model: ModelRow, given: Counter[str]) -> OcppVersion:
    """The version that lags behind its proportion the most."""
    total, number = sum(model.ocpp.values()), given.total() + 1
    version = max(model.ocpp, key=lambda name: model.ocpp[name] / total * number - given[name])
    given[version] += 1
    return OcppVersion(version)


def _settings(model: ModelRow, overrides: Overrides) -> Settings:
    settings = Settings()
    if model.meter_interval is not None:
        settings = replace(settings, sample_interval_s=round(model.meter_interval.seconds))
    if model.call_timeout is not None:
        settings = replace(settings, call_timeout_s=model.call_timeout.seconds)
    if model.aligned_interval is not None:
        settings = replace(settings, aligned_interval_s=round(model.aligned_interval.seconds))
    if overrides.meter_interval_s is not None:
        settings = replace(settings, sample_interval_s=overrides.meter_interval_s)
    return settings


def _drivers(
    row: SiteRow,
    number: int,
    habits: Mapping[str, DriverRow],
    lines: Lines,
    overrides: Overrides,
    tokens: tuple[IdToken, ...],
) -> DriverPlan:
    path = f"$.sites[{number}]"
    habit = habits.get(row.drivers)
    if habit is None:
        raise lines.error(f"{path}.drivers", no_such("drivers", row.drivers, habits))
    try:
        arrivals = arrivals_of(row.arrivals, overrides.arrival_s)
        return DriverPlan(
            tokens={DEFAULT_TENANT: tokens},
            app_share=habit.app.fraction,
            session_s=overrides.session_s or habit.stay.ends_s,
            arrival_s=arrivals.mean_s,
            patience_s=habit.patience.seconds,
            arrivals=arrivals,
            stranger_share=habit.strangers.fraction,
            energy_wh=None if habit.energy_kwh is None else (habit.energy_kwh[0] * 1000, habit.energy_kwh[1] * 1000),
            target_soc=None if habit.target is None else (habit.target.fraction, habit.target.fraction),
            linger_s=habit.linger.ends_s,
        )
    except InvalidPlan as error:
        raise lines.error(path, str(error)) from error


def _fault(row: FaultRow, number: int, scenario: Scenario, lines: Lines) -> PlannedFault:
    path = f"$.faults[{number}]"
    try:
        fault = Fault(
            row.kind,
            begins_s=row.at.seconds,
            lasts_s=None if row.lasts is None else row.lasts.seconds,
            every_s=None if row.every is None else row.every.seconds,
            probability=row.probability.fraction,
            way=row.way,
            span_s=(0.0, 0.0) if row.span is None else row.span.ends_s,
        )
        sites = frozenset(_sites_of(row, path, scenario, lines)) if row.sites else None
        return PlannedFault(fault, share=row.share.fraction, sites=sites)
    except InvalidPlan as error:
        raise lines.error(path, str(error)) from error


def _sites_of(row: FaultRow, path: str, scenario: Scenario, lines: Lines) -> Iterator[str]:
    sites = {site.name: site for site in scenario.sites}
    for number, name in enumerate(row.sites):
        if name not in sites:
            raise lines.error(f"{path}.sites[{number}]", no_such("site", name, sites))
        yield from site_names(sites[name])
