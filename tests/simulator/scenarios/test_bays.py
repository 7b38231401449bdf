"""The parking bays of a scenario: what its words mean, and what is said of words that mean nothing."""

from collections import Counter

import pytest

from simulator.arrivals import Shape
from simulator.parking.plan import BayQuirk, Device
from simulator.plan import FleetPlan
from simulator.scenarios.laying_out import Overrides, lay_out
from simulator.scenarios.reading import InvalidScenario, read_scenario

SOUND = """\
about: A test.
sites:
  - name: up
    stations: {twin: 2}
    drivers: some
    arrivals: {mean: 30}
    parking: {at_evses: true, device: barrier, quirks: {repeats: 10%}, late: 1s-3s}
  - name: down
    count: 2
    stations: {twin: 1}
    drivers: some
    arrivals: {mean: 30}
    parking: {bays: 3, device: plate, parkers: shoppers, arrivals: {shape: morning_peak, mean: 10s, day: 5m}}
models:
  - {name: twin, power_kw: 22, evses: 2}
drivers:
  - {name: some, stay: 15m-2h, linger: 5s-10s}
parkers:
  - {name: shoppers, stay: 30s-90s, check_in: 80%, reserve: 5%}
bay_template: "P-{n:03d}"
assert:
  - {check: stays_at_least, count: 3}
"""


def plan_of(text: str, overrides: Overrides | None = None) -> FleetPlan:
    scenario, lines = read_scenario(text, source="file.yaml")
    return lay_out(
        scenario, lines, overrides=overrides or Overrides(), passwords={}, tokens=None, app_drivers=("ann", "bob")
    )


def test_bays_are_at_evses_and_without() -> None:
    plan = plan_of(SOUND)

    assert [bay.bay_id for bay in plan.bays] == [f"P-{n:03d}" for n in range(1, 11)]
    assert [(bay.station_id, bay.evse) for bay in plan.bays[:4]] == [
        ("SIM0001", 1),
        ("SIM0001", 2),
        ("SIM0002", 1),
        ("SIM0002", 2),
    ]
    assert Counter((bay.site, bay.device, bay.station_id) for bay in plan.bays[4:]) == {
        ("down-1", Device.PLATE, None): 3,
        ("down-2", Device.PLATE, None): 3,
    }
    first = plan.bays[0]
    assert (first.device, dict(first.quirks), first.late_s) == (Device.BARRIER, {BayQuirk.REPEATS: 0.1}, (1, 3))


def test_parkers_come_to_the_bays_of_their_site() -> None:
    plan = plan_of(SOUND)

    assert plan.parkers_of(plan.bays[0]) is None
    parkers = plan.parkers_of(plan.bays[-1])
    assert parkers is not None
    assert parkers.arrivals is not None
    assert (parkers.stay_s, parkers.check_in_share, parkers.reserved_share) == ((30, 90), 0.8, 0.05)
    assert (parkers.arrivals.shape, parkers.arrivals.mean_s, parkers.arrivals.day_s) == (Shape.MORNING_PEAK, 10, 300)
    assert parkers.drivers == {"default": ("ann", "bob")}
    drivers = plan.drivers_of(plan.stations[0])
    assert drivers is not None
    assert drivers.linger_s == (5, 10)


def test_flags_override_the_file_and_keep_its_proportions() -> None:
    plan = plan_of(SOUND, Overrides(count=8, session_s=(1, 2), arrival_s=3, bay_template="X{n}"))

    assert Counter(bay.site for bay in plan.bays) == {"up": 8, "down-1": 6, "down-2": 6}
    assert plan.bays[-1].bay_id == "X20"
    parkers = plan.parkers_at["down-1"]
    assert parkers.arrivals is not None
    assert (parkers.stay_s, parkers.arrivals.mean_s) == ((1, 2), 3)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("device: barrier", "device: camera", 7, "invalid enum value 'camera'"),
        ("{repeats: 10%}", "{repeat: 10%}", 7, "sites[0].parking.quirks has no 'repeat'; did you mean 'repeats'?"),
        ("{repeats: 10%}", "{repeats: 110%}", 7, "it lies within 0 and 100%"),
        ("at_evses: true, device: barrier", "device: barrier", 7, "parking without a bay"),
        ("at_evses: true, device", "at_evses: true, parkers: shoppers, device", 7, "say how many `bays`"),
        ("parkers: shoppers, ", "", 13, "need `parkers` and `arrivals`"),
        ("parkers: shoppers,", "parkers: shopper,", 13, "there is no parkers 'shopper'; did you mean 'shoppers'?"),
        ("bays: 3", "bay: 3", 13, "did you mean 'bays'?"),
        ("stay: 30s-90s", "stay: 90s-30s", 19, "goes from the longer to the shorter time"),
        ("check_in: 80%", "chekc_in: 80%", 19, "did you mean 'check_in'?"),
        ("P-{n:03d}", "P-{m}", 20, "is not like"),
    ],
)  # fmt: skip
def test_error_says_where_it_is_and_what_would_be_right(old: str, new: str, line: int, said: str) -> None:
    assert SOUND.count(old) == 1

    with pytest.raises(InvalidScenario) as refused:
        plan_of(SOUND.replace(old, new))

    assert str(refused.value).startswith(f"file.yaml:{line}: ")
    assert said in str(refused.value)
