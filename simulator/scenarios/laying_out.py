"""A scenario as the plan of a fleet: which stations stand where, and who comes to them."""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from protocol.domain.identifiers import DEFAULT_TENANT, IdToken
from protocol.domain.version import OcppVersion
from simulator.arrivals import Arrivals
from simulator.errors import InvalidPlan
from simulator.evse import Outlet
from simulator.faults.kinds import Fault
from simulator.inventory import make_id, make_tokens
from simulator.plan import DriverPlan, FleetPlan, PlannedFault, Settings, StationPlan
from simulator.quirks.library import QUIRKS
from simulator.scenarios.model import DriverRow, FaultRow, ModelRow, Scenario, SiteRow
from simulator.scenarios.reading import Lines

_STATIONS_A_SECOND = 200


@dataclass(frozen=True, slots=True)
class Overrides:
    """What the command line says instead of the file; None: nothing.

    `count` stations keep the proportions of the file's; `versions` are had in turn.
    """

    count: int | None = None
    versions: Sequence[OcppVersion] | None = None
    id_template: str | None = None
    meter_interval_s: int | None = None
    session_s: tuple[float, float] | None = None
    arrival_s: float | None = None


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
) -> FleetPlan:
    """The fleet that the scenario describes. Raises InvalidScenario where its parts do not fit."""
    models = _by_name(scenario.models, "models", lines)
    habits = _by_name(scenario.drivers, "drivers", lines)
    slots = _spread(list(_slots(scenario, models, lines)), overrides.count)
    stations = tuple(_stations(scenario, slots, overrides, passwords))
    known = tuple(tokens) if tokens is not None else make_tokens(stations)
    drivers_at = {
        name: _drivers(row, number, habits, lines, overrides, known)
        for number, row in enumerate(scenario.sites)
        for name in _site_names(row)
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
        faults=tuple(_fault(row, number, scenario, lines) for number, row in enumerate(scenario.faults)),
    )


RowT = TypeVar("RowT", ModelRow, DriverRow)


def _by_name(rows: Sequence[RowT], what: str, lines: Lines) -> Mapping[str, RowT]:
    named: dict[str, RowT] = {}
    for number, row in enumerate(rows):
        if row.name in named:
            raise lines.error(f"$.{what}[{number}].name", f"{what} has {row.name!r} twice: rename one of them")
        named[row.name] = row
    return named


def _slots(scenario: Scenario, models: Mapping[str, ModelRow], lines: Lines) -> Iterator[_Slot]:
    """One for each station of the file, and every name that it uses is one that it has."""
    names: set[str] = set()
    for number, row in enumerate(scenario.sites):
        path = f"$.sites[{number}]"
        for site in _site_names(row):
            if site in names:
                raise lines.error(f"{path}.name", f"two sites are called {site!r}: rename one of them")
            names.add(site)
            for name, count in row.stations.items():
                model = models.get(name)
                if model is None:
                    raise lines.error(f"{path}.stations", _no_such("model", name, models), key=name)
                yield from (_Slot(site, model) for _ in range(count))
    for number, model in enumerate(scenario.models):
        _check_model(model, f"$.models[{number}]", lines)


def _check_model(model: ModelRow, path: str, lines: Lines) -> None:
    for version in model.ocpp:
        if version not in list(OcppVersion):
            raise lines.error(f"{path}.ocpp", _no_such("OCPP version", version, map(str, OcppVersion)), key=version)
    if not any(model.ocpp.values()):
        raise lines.error(f"{path}.ocpp", "no version has a proportion above 0")
    if model.dc and "phases" in lines.keys_of(path):
        raise lines.error(f"{path}.phases", "a DC outlet has no phases: leave them out")
    for number, quirk in enumerate(model.quirks):
        if quirk not in QUIRKS:
            raise lines.error(f"{path}.quirks[{number}]", _no_such("quirk", quirk, QUIRKS))


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
        raise lines.error(f"{path}.drivers", _no_such("drivers", row.drivers, habits))
    arrivals = row.arrivals
    mean_s = arrivals.mean.seconds if overrides.arrival_s is None else overrides.arrival_s
    try:
        return DriverPlan(
            tokens={DEFAULT_TENANT: tokens},
            app_share=habit.app.fraction,
            session_s=overrides.session_s or habit.stay.ends_s,
            arrival_s=mean_s,
            patience_s=habit.patience.seconds,
            arrivals=Arrivals(
                arrivals.shape,
                mean_s,
                day_s=arrivals.day.seconds,
                begins_at_h=None if arrivals.begins is None else arrivals.begins.hours,
            ),
            stranger_share=habit.strangers.fraction,
            energy_wh=None if habit.energy_kwh is None else (habit.energy_kwh[0] * 1000, habit.energy_kwh[1] * 1000),
            target_soc=None if habit.target is None else (habit.target.fraction, habit.target.fraction),
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
            raise lines.error(f"{path}.sites[{number}]", _no_such("site", name, sites))
        yield from _site_names(sites[name])


def _site_names(row: SiteRow) -> Sequence[str]:
    return (row.name,) if row.count == 1 else tuple(f"{row.name}-{number}" for number in range(1, row.count + 1))


def _no_such(what: str, name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1)
    return f"there is no {what} {name!r}; " + (
        f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
    )
