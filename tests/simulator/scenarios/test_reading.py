"""Scenario files: what they mean, and what is said of those that mean nothing."""

import json
from collections import Counter
from importlib import resources

import jsonschema
import pytest
import yaml

from protocol.domain.identifiers import IdToken
from protocol.domain.version import OcppVersion
from simulator.arrivals import Shape
from simulator.errors import SimulatorError
from simulator.faults.kinds import FaultKind
from simulator.plan import FleetPlan
from simulator.scenarios.laying_out import Overrides, lay_out
from simulator.scenarios.quantities import Duration, HourOfDay, Share, Span
from simulator.scenarios.reading import InvalidScenario, find_scenario, list_scenarios, read_scenario
from simulator.scenarios.schema import FILE, make_schema

SOUND = """\
about: A test.
sites:
  - name: a
    count: 2
    position: [52.5, 13.4]
    stations: {ac: 3}
    drivers: some
    arrivals: {shape: morning_peak, mean: 2m, day: 10m, begins: "06:30"}
  - name: b
    stations: {dc: 2}
    drivers: some
    arrivals: {mean: 30}
models:
  - {name: ac, power_kw: 22, evses: 2, ocpp: {"1.6": 2, "2.0.1": 1}, meter_interval: 20s, quirks: [no_pong]}
  - {name: dc, power_kw: 150, dc: true, ocpp: {2.0.1: 1}}
drivers:
  - {name: some, stay: 15m-2h, energy_kwh: [5, 20], app: 10%, strangers: 0.05}
faults:
  - {kind: delay, at: 10s, every: 2m, lasts: 30s, share: 50%, sites: [a], probability: 10%, span: 100ms-2s}
assert:
  - {check: all_online, within: 30s}
"""


def plan_of(text: str, overrides: Overrides | None = None, tokens: list[IdToken] | None = None) -> FleetPlan:
    scenario, lines = read_scenario(text, source="file.yaml")
    return lay_out(scenario, lines, overrides=overrides or Overrides(), passwords={"SIM0002": "secret"}, tokens=tokens)


def test_sites_and_models_become_stations() -> None:
    plan = plan_of(SOUND)

    assert [station.station_id for station in plan.stations] == [f"SIM{n:04d}" for n in range(1, 9)]
    assert Counter(station.site for station in plan.stations) == {"a-1": 3, "a-2": 3, "b": 2}
    ac, dc = plan.stations[0], plan.stations[-1]
    assert (ac.evse_count, ac.outlet.max_power_w, ac.outlet.phases, ac.outlet.is_dc) == (2, 22_000, 3, False)
    assert (ac.quirks, ac.settings.sample_interval_s) == (("no_pong",), 20)
    assert (dc.outlet.is_dc, dc.version) == (True, OcppVersion.V201)
    assert plan.stations[1].password == "secret"
    assert Counter(station.version for station in plan.stations[:6]) == {OcppVersion.V16: 4, OcppVersion.V201: 2}


def test_model_may_have_a_main_meter_that_is_read_as_the_others_are() -> None:
    measured = SOUND.replace("power_kw: 150", "power_kw: 150, idle_w: 80, aligned_interval: 15m")

    first, *_, last = plan_of(measured).stations

    assert (last.idle_w, last.settings.aligned_interval_s) == (80, 900)
    assert (first.idle_w, first.settings.aligned_interval_s) == (None, 0)


def test_drivers_and_arrivals_are_those_of_the_site() -> None:
    plan = plan_of(SOUND)

    drivers = plan.drivers_of(plan.stations[0])
    assert drivers is not None
    assert drivers.arrivals is not None
    assert (drivers.session_s, drivers.energy_wh, drivers.app_share) == ((900, 7200), (5000, 20_000), 0.1)
    assert drivers.stranger_share == 0.05
    arrivals = drivers.arrivals
    assert (arrivals.shape, arrivals.mean_s, arrivals.day_s, arrivals.begins_at_h) == (
        Shape.MORNING_PEAK,
        120,
        600,
        6.5,
    )
    last = plan.drivers_of(plan.stations[-1])
    assert last is not None
    assert last.arrivals is not None
    assert (last.arrivals.shape, last.arrivals.mean_s, last.arrivals.begins_at_h) == (Shape.POISSON, 30, None)
    assert len(last.tokens["default"]) == 14


def test_fault_is_planned_for_every_place_of_its_site() -> None:
    (planned,) = plan_of(SOUND).faults

    assert planned.fault.kind is FaultKind.DELAY
    assert (planned.fault.begins_s, planned.fault.every_s, planned.fault.lasts_s) == (10, 120, 30)
    assert (planned.fault.probability, planned.fault.span_s, planned.fault.way) == (0.1, (0.1, 2.0), "both")
    assert (planned.share, planned.sites) == (0.5, {"a-1", "a-2"})


def test_flags_override_the_file() -> None:
    overrides = Overrides(
        count=16,
        versions=(OcppVersion.V16, OcppVersion.V21),
        id_template="CP{n}",
        meter_interval_s=7,
        session_s=(1, 2),
        arrival_s=3,
    )
    plan = plan_of(SOUND, overrides, [IdToken("CARD")])

    assert Counter(station.site for station in plan.stations) == {"a-1": 6, "a-2": 6, "b": 4}
    assert [station.version for station in plan.stations] == [OcppVersion.V16, OcppVersion.V21] * 8
    assert plan.stations[-1].station_id == "CP16"
    assert {station.settings.sample_interval_s for station in plan.stations} == {7}
    drivers = plan.drivers_of(plan.stations[0])
    assert drivers is not None
    assert drivers.arrivals is not None
    assert (drivers.session_s, drivers.arrivals.mean_s, drivers.tokens) == ((1, 2), 3, {"default": (IdToken("CARD"),)})


def test_fewer_stations_keep_the_proportions_of_the_file() -> None:
    plan = plan_of(SOUND, Overrides(count=4))

    assert [station.site for station in plan.stations] == ["a-1", "a-1", "a-2", "b"]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("count: 2", "cuont: 2", 4, "sites[0] has no 'cuont'; did you mean 'count'?"),
        ("count: 2", "count: two", 4, "sites[0].count: expected `int`, got `str`"),
        ("    count: 2\n", "    count: 2\n    count: 3\n", 5, "'count' is there already, on line 4"),
        ("shape: morning_peak", "shape: evening_peak", 8, "invalid enum value 'evening_peak'"),
        ("mean: 2m", "mean: 2 minutes", 8, "'2 minutes' is no time: `90s`, `15m` and `2h` are"),
        ("begins: \"06:30\"", "begins: \"26:30\"", 8, "is no hour of the day"),
        ("stations: {ac: 3}", "stations: {ax: 3}", 6, "there is no model 'ax'; there are ac, dc"),
        ("some\n    arrivals: {mean: 30}", "more\n    arrivals: {mean: 30}", 11, "there is no drivers 'more'"),
        ('"1.6": 2', '"1.7": 2', 14, "there is no OCPP version '1.7'; did you mean '1.6'?"),
        ("[no_pong]", "[no_ping]", 14, "there is no quirk 'no_ping'; did you mean 'no_pong'?"),
        ("dc: true", "dc: true, phases: 3", 15, "a DC outlet has no phases"),
        ("stay: 15m-2h", "stay: 2h-15m", 17, "goes from the longer to the shorter time"),
        ("stay: 15m-2h, ", "", 17, "drivers[0] needs 'stay'"),
        ("app: 10%", "app: 110%", 17, "it lies within 0 and 100%"),
        ("kind: delay", "kind: dely", 19, "invalid enum value 'dely'"),
        (", span: 100ms-2s", "", 19, "the fault delay needs a span of seconds"),
        ("lasts: 30s, ", "", 19, "can come again only if it ends"),
        ("sites: [a]", "sites: [c]", 19, "there is no site 'c'"),
        ("check: all_online", "check: all_on", 21, "all_on"),
        ("  - name: b", "  - name: a-2", 9, "two sites are called 'a-2'"),
        ("{name: dc,", "{name: ac,", 15, "has 'ac' twice"),
        ("stations: {dc: 2}", "stations: {dc: [}", 10, "this is no YAML"),
    ],
)  # fmt: skip
def test_error_says_where_it_is_and_what_would_be_right(old: str, new: str, line: int, said: str) -> None:
    assert SOUND.count(old) == 1

    with pytest.raises(InvalidScenario) as refused:
        plan_of(SOUND.replace(old, new))

    assert str(refused.value).startswith(f"file.yaml:{line}: ")
    assert said in str(refused.value)


def test_empty_file_and_unknown_name_are_refused() -> None:
    with pytest.raises(InvalidScenario, match="the file is empty"):
        plan_of("")
    with pytest.raises(SimulatorError, match="city-morning"):
        find_scenario("city_morning")


@pytest.mark.parametrize("name", list_scenarios())
def test_built_in_scenario_is_sound_and_fits_the_schema(name: str) -> None:
    found, scenario, lines = find_scenario(name)
    plan = lay_out(scenario, lines, overrides=Overrides(), passwords={}, tokens=None)

    assert found == name
    assert len(plan.stations) >= 16
    assert len(scenario.assertions) >= 5


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("about: &a [*a]", 1, "stands within itself"),
        ("seed: 1\nabout: 2026-13-45", 2, "'2026-13-45' means nothing"),
        (
            "about:\n" + "\n".join(f"- &n{n} [{', '.join([f'*n{n - 1}' if n else '1'] * 10)}]" for n in range(7)),
            2,
            "at most",
        ),
    ],
)
def test_file_that_cannot_be_read_says_where(text: str, line: int, said: str) -> None:
    with pytest.raises(InvalidScenario, match=said) as error:
        read_scenario(text, source="x.yaml")

    assert error.value.line == line


def test_what_was_merged_gives_way_to_its_own_keys() -> None:
    text = SOUND.replace("{name: ac,", "&base {name: ac,", 1).replace("{name: dc,", "{<<: *base, name: dc,", 1)

    scenario, _ = read_scenario(text, source="x.yaml")

    ac, dc = scenario.models
    assert (ac.name, ac.power_kw, ac.evses) == ("ac", 22, 2)
    assert (dc.name, dc.power_kw, dc.evses, dc.ocpp) == ("dc", 150, 2, {"2.0.1": 1})


def test_published_schema_is_fresh_and_refuses_what_the_program_refuses() -> None:
    schema = json.loads(make_schema())

    assert FILE.read_text("utf-8") == make_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    sound = yaml.safe_load(SOUND.replace("2.0.1: 1}}", '"2.0.1": 1}}'))
    jsonschema.validate(sound, schema)
    for wrong in ({"sites": []}, {"duration": "long"}, {"asert": []}, {"assert": [{"check": "none"}]}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(sound | wrong, schema)


def test_built_in_scenarios_fit_the_published_schema() -> None:
    schema = json.loads(make_schema())
    folder = resources.files("simulator.scenarios") / "library"
    files = [file for file in folder.iterdir() if file.name.endswith(".yaml")]

    assert len(files) >= 6
    for file in files:
        jsonschema.validate(yaml.safe_load(file.read_text("utf-8")), schema)


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        (Duration, "250ms", Duration(0.25)),
        (Duration, 3, Duration(3)),
        (Duration, "-1.5h", Duration(-5400)),
        (Span, "15s-2m", Span(15, 120)),
        (Span, ["-30s", 30], Span(-30, 30)),
        (Span, "5s", Span(5, 5)),
        (Share, "12.5 %", Share(0.125)),
        (Share, 1, Share(1)),
        (HourOfDay, "6:30", HourOfDay(6.5)),
        (HourOfDay, 390, HourOfDay(6.5)),
    ],
)
def test_quantity_is_read_as_people_write_it(kind: type[Duration], written: object, expected: object) -> None:
    assert kind.read(written) == expected
