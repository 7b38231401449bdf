"""What a scenario file may say; `docs/generated/scenario.schema.json` is made of these types."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from simulator.arrivals import REAL_DAY_S, Shape
from simulator.faults.kinds import FaultKind, Way
from simulator.parking.plan import Device
from simulator.scenarios.assertions import Assertion
from simulator.scenarios.quantities import Duration, HourOfDay, Share, Span, by_default

Count = Annotated[int, Meta(ge=1)]
Name = Annotated[str, Meta(min_length=1)]
Weight = Annotated[float, Meta(ge=0)]
Kw = Annotated[float, Meta(gt=0, le=1000)]
Degrees = Annotated[float, Meta(ge=-180, le=180)]


def _evenly() -> dict[str, float]:
    return {"1.6": 1.0, "2.0.1": 1.0}


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A mapping of the file: what it does not know is an error."""


class ArrivalRow(_Part, frozen=True, kw_only=True):
    """When drivers come. `mean` is how long an EVSE stays empty on average, `day` how long a whole day of them takes.

    `begins` is the hour at which the fleet is switched on; without it the clock's.
    """

    shape: Shape = Shape.POISSON
    mean: Duration
    day: Duration = by_default(Duration(REAL_DAY_S))
    begins: HourOfDay | None = None


class DriverRow(_Part, frozen=True, kw_only=True):
    """A habit of drivers. `energy_kwh` or `target` is when their cars stop drawing, `stay` when they leave.

    `app` of them wait to be started by an app, `strangers` of the others have a token that nobody knows. Where their
    EVSE has a bay they stand there for `linger` more when they have charged.
    """

    name: Name
    stay: Span
    energy_kwh: tuple[Kw, Kw] | None = None
    target: Share | None = None
    app: Share = by_default(Share(0.0))
    strangers: Share = by_default(Share(0.0))
    patience: Duration = by_default(Duration(60.0))
    linger: Span = by_default(Span(0.0, 0.0))


class ParkerRow(_Part, frozen=True, kw_only=True):
    """A habit of those who only park, and `stay` so long.

    `check_in` of them say by app whose vehicle it is; `reserve` of them have reserved the bay before they come.
    """

    name: Name
    stay: Span
    check_in: Share = by_default(Share(1.0))
    reserve: Share = by_default(Share(0.0))


class BayQuirkRow(_Part, frozen=True, kw_only=True):
    """In which share of the cases a device says the same twice, says it late, or does not say that a vehicle left."""

    repeats: Share = by_default(Share(0.0))
    late: Share = by_default(Share(0.0))
    forgets_vacated: Share = by_default(Share(0.0))


class ParkingRow(_Part, frozen=True, kw_only=True):
    """The bays of a site: so many without an EVSE, to which `parkers` come by `arrivals`; and one `at_evses` each.

    `device` looks at them. `quirks` say how often it is wrong, and `late` how late it then is.
    """

    bays: Annotated[int, Meta(ge=0)] = 0
    at_evses: bool = False
    device: Device = Device.SENSOR
    parkers: str | None = None
    arrivals: ArrivalRow | None = None
    quirks: BayQuirkRow | None = None
    late: Span = by_default(Span(2.0, 10.0))


class ModelRow(_Part, frozen=True, kw_only=True):
    """A model of stations. `ocpp` says in which proportions its stations speak which version.

    With `idle_w`, what a station itself draws, it has a main meter. Meters are also read each `aligned_interval`.
    """

    name: Name
    vendor: Name = "Chargeyard"
    model: Name | None = None
    firmware: Name = "1.0.0"
    evses: Count = 1
    power_kw: Kw
    phases: Literal[1, 3] = 3
    dc: bool = False
    ocpp: Annotated[dict[str, Weight], Meta(min_length=1)] = msgspec.field(default_factory=_evenly)
    quirks: tuple[str, ...] = ()
    meter_interval: Duration | None = None
    call_timeout: Duration | None = None
    aligned_interval: Duration | None = None
    idle_w: Annotated[float, Meta(ge=0)] | None = None


class SiteRow(_Part, frozen=True, kw_only=True):
    """`count` places of one kind, named `name`, or `name-1`, `name-2`, …; each has so many `stations` of each model.

    `position` is a latitude and a longitude.
    """

    name: Name
    count: Count = 1
    position: tuple[Degrees, Degrees] | None = None
    stations: Annotated[dict[str, Count], Meta(min_length=1)]
    drivers: str
    arrivals: ArrivalRow
    parking: ParkingRow | None = None


class FaultRow(_Part, frozen=True, kw_only=True):
    """A fault, `at` this time after the start, which `lasts` so long; with `every`, again and again at random.

    It strikes a `share` of the stations, at these `sites` or at all. A fault of frames strikes each with `probability`.
    What `span` means depends on the kind: how late, how wrong, or how long a socket lives.
    """

    kind: FaultKind
    at: Duration = by_default(Duration(0.0))
    lasts: Duration | None = None
    every: Duration | None = None
    share: Share = by_default(Share(1.0))
    sites: tuple[str, ...] = ()
    probability: Share = by_default(Share(1.0))
    way: Way = Way.BOTH
    span: Span | None = None


class Scenario(_Part, frozen=True, kw_only=True):
    """A whole file. `connect_within` spreads the first connections; templates make the ids of stations and bays."""

    about: Name
    sites: Annotated[tuple[SiteRow, ...], Meta(min_length=1)]
    models: Annotated[tuple[ModelRow, ...], Meta(min_length=1)]
    drivers: Annotated[tuple[DriverRow, ...], Meta(min_length=1)]
    parkers: tuple[ParkerRow, ...] = ()
    faults: tuple[FaultRow, ...] = ()
    assertions: Annotated[tuple[Assertion, ...], Meta(min_length=1)] = msgspec.field(name="assert")
    duration: Duration = by_default(Duration(600.0))
    connect_within: Duration | None = None
    seed: int | str = 1
    id_template: str = "SIM{n:04d}"
    bay_template: str = "BAY{n:04d}"
