"""A fleet as data: which stations, which drivers, and how stations are configured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from protocol.domain.identifiers import DEFAULT_TENANT, IdToken, StationId, StationKey, TenantId
from protocol.domain.version import OcppVersion
from simulator.arrivals import Arrivals
from simulator.chance import Chance
from simulator.errors import InvalidPlan
from simulator.evse import Outlet
from simulator.faults.kinds import Fault
from simulator.parking.plan import BayPlan, ParkerPlan


@dataclass(frozen=True, slots=True)
class Settings:
    """A station's configuration; `behaviours/configuration.py` says under which names the CSMS reads it.

    `retry_min_s`, `retry_random_s` and `retry_doublings` are the back-off of reconnecting (OCPP 2.0.1 B.5.3) and of
    facts that got no answer; `refusal_attempts` and `refusal_wait_s` are for facts that got a CALLERROR. A station that
    `pre_authorizes` asks nobody about a token that it knows by heart (OCPP 1.6 §9.2.3 LocalPreAuthorize);
    offline it knows none where it does not `authorizes_offline`. `sampled_at_end` is said with the end beside its
    register, `aligned` every `aligned_interval_s` of the clock, also while nobody charges; 0: never.
    `network_attempts`: how often a way to the CSMS is tried before the next (OCPP 2.0.1 B10). `organization` stands in
    the station's requests for certificates.
    """

    heartbeat_interval_s: int = 300
    sample_interval_s: int = 60
    sampled: tuple[str, ...] = (
        "Energy.Active.Import.Register",
        "Power.Active.Import",
        "Current.Import",
        "Voltage",
        "SoC",
    )
    sampled_at_end: tuple[str, ...] = ()
    aligned_interval_s: int = 0
    aligned: tuple[str, ...] = ("Energy.Active.Import.Register",)
    ev_connect_timeout_s: int = 60
    call_timeout_s: float = 30.0
    refusal_attempts: int = 3
    refusal_wait_s: int = 10
    retry_min_s: float = 1.0
    retry_random_s: float = 3.0
    retry_doublings: int = 5
    boot_retry_s: int = 30
    starts_offline: bool = True
    authorizes_offline: bool = True
    uses_local_list: bool = True
    uses_cache: bool = True
    pre_authorizes: bool = False
    queued_facts: int = 2000
    network_attempts: int = 3
    organization: str = "Chargeyard"


def back_off_s(settings: Settings, failures: int, *, rng: Chance) -> float:
    """How long to wait after so many failures: doubled each time, a random part on top (OCPP 2.0.1 Part 4 §5.3)."""
    doubled_s: float = settings.retry_min_s * 2 ** min(max(failures - 1, 0), settings.retry_doublings)
    return doubled_s + rng.between(0, settings.retry_random_s)


_OUTLET = Outlet()
_SETTINGS = Settings()


@dataclass(frozen=True, slots=True)
class StationPlan:
    """One station. `password` None: no Basic authentication (security profile 0). `quirks` are `simulator.quirks`'.

    `trusted_roots` are certificates, PEM, that it trusts as built; without one it trusts what the machine trusts.
    `secured_url` is where the CSMS listens with TLS, without the station's id: 1.6 has no words to tell a station.
    `idle_w` is what the station itself draws, which its main meter counts; None: it has no main meter.
    """

    station_id: str
    version: OcppVersion = OcppVersion.V16
    tenant: str = DEFAULT_TENANT
    password: str | None = None
    evse_count: int = 1
    outlet: Outlet = _OUTLET
    vendor: str = "Chargeyard"
    model: str = "Virtual AC"
    firmware_version: str = "1.0.0"
    settings: Settings = _SETTINGS
    site: str = ""
    quirks: tuple[str, ...] = ()
    trusted_roots: tuple[str, ...] = ()
    secured_url: str | None = None
    idle_w: float | None = None

    def __post_init__(self) -> None:
        if not self.station_id or self.evse_count < 1:
            raise InvalidPlan(f"station {self.station_id!r} needs an id and at least one EVSE")

    @property
    def key(self) -> StationKey:
        return StationKey(TenantId(self.tenant), StationId(self.station_id))

    @property
    def path(self) -> str:
        """What follows the CSMS's URL: the station, below its tenant where that is not the default."""
        return path_of(self.key)


def path_of(key: StationKey) -> str:
    """The station's, as its plan has it."""
    parts = (key.station,) if key.tenant == DEFAULT_TENANT else (key.tenant, key.station)
    return "/".join(quote(part, safe="") for part in parts)


@dataclass(frozen=True, slots=True)
class DriverPlan:
    """Who comes, how often, and for how long; times are real seconds.

    `tokens` are shared by a tenant's stations: one is at one EVSE at a time, and an arrival that finds none free drives
    on. `app_share` of the arrivals only plug in and wait for somebody to start them remotely; `stranger_share` of the
    others have a token that nobody knows. `session_s` bounds how long a driver charges, `arrival_s` is the mean time
    that an EVSE stays empty, by day and night unless `arrivals` say when. A car stops drawing after `energy_wh`, or at
    `target_soc`; None: at what such cars are set to. Where the EVSE has a bay the car stands there for `linger_s` more
    when it has charged.
    """

    tokens: Mapping[str, tuple[IdToken, ...]] = field(default_factory=dict)
    app_share: float = 0.0
    session_s: tuple[float, float] = (15.0, 240.0)
    arrival_s: float = 60.0
    patience_s: float = 60.0
    arrivals: Arrivals | None = None
    stranger_share: float = 0.0
    energy_wh: tuple[float, float] | None = None
    target_soc: tuple[float, float] | None = None
    linger_s: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        shortest_s, longest_s = self.session_s
        if not 0 < shortest_s <= longest_s:
            raise InvalidPlan(f"a session lasts from {shortest_s:g} s to {longest_s:g} s: the first must be the less")
        if self.arrival_s <= 0:
            raise InvalidPlan(f"the mean time between arrivals is {self.arrival_s:g} s; it must be above 0")


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A fault of some of the stations: of a `share` of those at the `sites`, or of all; one at least."""

    fault: Fault
    share: float = 1.0
    sites: frozenset[str] | None = None

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise InvalidPlan(
                f"the fault {self.fault.kind} has a share of {self.share:g}; it is above 0, and 1 at most"
            )


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """`drivers` None: nobody comes by himself, as in acceptance tests. Stations connect within `connect_spread_s`.

    `drivers_at` are those of single sites; `drivers` those of all others. So it is with `parkers`, who come only to
    park: at the bays that have no EVSE.
    """

    stations: tuple[StationPlan, ...]
    drivers: DriverPlan | None = None
    connect_spread_s: float = 1.0
    drivers_at: Mapping[str, DriverPlan] = field(default_factory=dict)
    faults: tuple[PlannedFault, ...] = ()
    bays: tuple[BayPlan, ...] = ()
    parkers: ParkerPlan | None = None
    parkers_at: Mapping[str, ParkerPlan] = field(default_factory=dict)

    def __post_init__(self) -> None:
        keys = {plan.key for plan in self.stations}
        if len(keys) != len(self.stations):
            raise InvalidPlan("two stations of the plan have the same tenant and id")
        if len({bay.key for bay in self.bays}) != len(self.bays):
            raise InvalidPlan("two parking bays of the plan have the same tenant and id")
        evses = {station.key: station.evse_count for station in self.stations}
        serving: set[tuple[StationKey, int]] = set()
        for bay in self.bays:
            if bay.station_id is None or bay.evse is None:
                continue
            key = StationKey(TenantId(bay.tenant), StationId(bay.station_id))
            if not 1 <= bay.evse <= evses.get(key, 0):
                raise InvalidPlan(f"bay {bay.bay_id} is of EVSE {bay.evse} of {bay.station_id}, which the plan lacks")
            if (key, bay.evse) in serving:
                raise InvalidPlan(f"EVSE {bay.evse} of {bay.station_id} has two bays in the plan")
            serving.add((key, bay.evse))

    def drivers_of(self, station: StationPlan) -> DriverPlan | None:
        """Who comes to the station."""
        return self.drivers_at.get(station.site, self.drivers)

    def parkers_of(self, bay: BayPlan) -> ParkerPlan | None:
        """Who comes only to park in the bay."""
        return self.parkers_at.get(bay.site, self.parkers)
