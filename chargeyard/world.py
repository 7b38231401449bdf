"""A demo network in one city: places that exist, stations at them, drivers with cards, and what they pay."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import msgspec

from chargeyard.car_park import PARKING_TARIFFS, DemoBay, lay_out_bays
from chargeyard.rest import RestClient
from protocol.domain.identifiers import DEFAULT_TENANT, IdToken, IdTokenType
from protocol.domain.version import OcppVersion
from simulator.evse import Outlet
from simulator.expected_price import Assignment, PriceList, Tariff, Version
from simulator.parking.plan import ParkerPlan
from simulator.plan import DriverPlan, FleetPlan, Settings, StationPlan

DRIVERS = 40
_EMAIL = "driver{number:02d}@example.com"
FIRST_DRIVER = _EMAIL.format(number=1)
_TOKENS_A_DRIVER = 2
_GOOD_CARD, _DECLINED_CARD = "4242424242424242", "4000000000000002"
# One driver in so many has a card that declines: an open invoice is a thing that an operator must have seen.
_DECLINED_EVERY = 20

_OUTLETS = (
    Outlet(max_power_w=11_000, phases=3),
    Outlet(max_power_w=22_000, phases=3),
    Outlet(max_power_w=7_400, phases=1),
    Outlet(max_power_w=50_000, phases=3, is_dc=True),
    Outlet(max_power_w=150_000, phases=3, is_dc=True),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A location of the demo."""

    location_id: str
    name: str
    address: str
    latitude: float
    longitude: float


PLACES = (
    Place("alexanderplatz", "Alexanderplatz", "Alexanderplatz 1", 52.52190, 13.41321),
    Place("hauptbahnhof", "Hauptbahnhof", "Europaplatz 1", 52.52508, 13.36940),
    Place("potsdamer-platz", "Potsdamer Platz", "Potsdamer Platz 10", 52.50963, 13.37599),
    Place("zoologischer-garten", "Zoologischer Garten", "Hardenbergplatz 8", 52.50722, 13.33222),
    Place("ostkreuz", "Ostkreuz", "Sonntagstraße 37", 52.50306, 13.46917),
    Place("suedkreuz", "Südkreuz", "Hildegard-Knef-Platz 1", 52.47528, 13.36556),
    Place("tempelhofer-feld", "Tempelhofer Feld", "Tempelhofer Damm 23", 52.47611, 13.38556),
    Place("westhafen", "Westhafen", "Westhafenstraße 1", 52.53639, 13.34389),
)

TARIFFS: Mapping[str, Mapping[str, Any]] = {  # Any: OCPI JSON
    "city-ac": {
        "currency": "EUR",
        "elements": [
            {"price_components": [{"type": "ENERGY", "price": 0.49, "vat": 19.0, "step_size": 1}]},
        ],
    },
    "city-dc": {
        "currency": "EUR",
        "elements": [
            {
                "price_components": [
                    {"type": "FLAT", "price": 0.35, "vat": 19.0, "step_size": 0},
                    {"type": "ENERGY", "price": 0.69, "vat": 19.0, "step_size": 1},
                ]
            },
        ],
    },
    **PARKING_TARIFFS,
}


@dataclass(frozen=True, slots=True)
class DemoStation:
    """A station of the demo, as both sides know it."""

    plan: StationPlan
    place: Place

    @property
    def tariff_id(self) -> str:
        """What is paid here."""
        return "city-dc" if self.plan.outlet.is_dc else "city-ac"


@dataclass(frozen=True, slots=True)
class DemoDriver:
    """A driver of the demo."""

    email: str
    card: str
    tokens: tuple[IdToken, ...]


@dataclass(frozen=True, slots=True)
class World:
    """All of it, the same for the same count and seed."""

    stations: tuple[DemoStation, ...]
    drivers: tuple[DemoDriver, ...]
    bays: tuple[DemoBay, ...]

    def fleet_plan(self, drivers: DriverPlan, parkers: ParkerPlan | None = None) -> FleetPlan:
        """The fleet, with drivers who come as `drivers` says and have this world's tokens.

        Its bays are in use where there are `parkers`, who come only to park.
        """
        return FleetPlan(
            stations=tuple(station.plan for station in self.stations),
            drivers=drivers,
            bays=tuple(bay.plan for bay in self.bays) if parkers is not None else (),
            parkers=parkers,
        )

    @property
    def prices(self) -> PriceList:
        """What is paid where, as this world says and not as the platform does."""
        tariffs = [
            msgspec.json.decode(msgspec.json.encode({"id": name, **tariff}), type=Tariff)
            for name, tariff in TARIFFS.items()
        ]
        places = [Assignment(tariff_id=one.tariff_id, station_id=one.plan.station_id) for one in self.stations]
        places += [Assignment(tariff_id=one.tariff_id, bay_id=one.plan.bay_id) for one in self.bays]
        return PriceList([Version(tariff=tariff) for tariff in tariffs], places)

    @property
    def tokens(self) -> tuple[IdToken, ...]:
        """Everybody's tokens."""
        return tuple(token for driver in self.drivers for token in driver.tokens)


def make_world(count: int, *, secret: str, settings: Settings, seed: int = 7) -> World:
    """`count` stations, half of them on OCPP 1.6. Passwords follow from `secret`."""
    rng = Random(seed)  # noqa: S311 # to be repeated, no secret
    stations = tuple(_station(number, secret, settings, rng) for number in range(1, count + 1))
    return World(
        stations=stations,
        drivers=tuple(_driver(number) for number in range(1, DRIVERS + 1)),
        bays=lay_out_bays(
            (place.location_id for place in PLACES), ((one.plan, one.place.location_id) for one in stations)
        ),
    )


async def provision(
    world: World, operator: RestClient, *, rest_url: str, driver_password: str, report: Callable[[str], None]
) -> None:
    """Locations, stations, bays, tariffs, drivers with tokens and cards are there; done again, it changes nothing."""
    for place in PLACES:
        await operator.put(f"/locations/{place.location_id}", _location_body(place))
    for station in world.stations:
        await operator.put(f"/stations/{station.plan.station_id}", _station_body(station))
    for bay in world.bays:
        await operator.put(f"/bays/{bay.plan.bay_id}", bay.body())
    report(f"{len(world.stations)} stations and {len(world.bays)} parking bays at {len(PLACES)} places are registered")
    for tariff_id, tariff in TARIFFS.items():
        await operator.put(f"/tariffs/{tariff_id}", {"id": tariff_id, **tariff})
        await operator.put(f"/tariffs/{tariff_id}/assignments", _assignments(tariff_id, world))
    for driver in world.drivers:
        await _provision_driver(driver, rest_url, driver_password)
    report(f"{len(world.drivers)} drivers are registered, with cards to charge and cards to pay")


async def _provision_driver(driver: DemoDriver, rest_url: str, password: str) -> None:
    async with RestClient(rest_url) as client:
        await client.register(driver.email, password)
        for token in driver.tokens:
            await client.post("/me/tokens", {"value": token.value, "type": token.type})
        if not await client.get("/billing/payment-methods"):
            await client.post("/billing/payment-methods", {"card_number": driver.card})


def _station(number: int, secret: str, settings: Settings, rng: Random) -> DemoStation:
    station_id = f"BER-{number:03d}"
    password = hmac.new(secret.encode(), station_id.encode(), hashlib.sha256).hexdigest()[:32]
    outlet = rng.choice(_OUTLETS)
    plan = StationPlan(
        station_id=station_id,
        version=OcppVersion.V16 if number % 2 else OcppVersion.V201,
        password=password,
        outlet=outlet,
        model="Virtual DC" if outlet.is_dc else "Virtual AC",
        settings=settings,
    )
    return DemoStation(plan, PLACES[(number - 1) % len(PLACES)])


def _driver(number: int) -> DemoDriver:
    tokens = tuple(
        IdToken(f"DEMO{number:04d}{letter}", IdTokenType.ISO14443) for letter in "ABCDEFGH"[:_TOKENS_A_DRIVER]
    )
    card = _GOOD_CARD if number % _DECLINED_EVERY else _DECLINED_CARD
    return DemoDriver(_EMAIL.format(number=number), card, tokens)


def _location_body(place: Place) -> dict[str, Any]:  # Any: JSON
    return {
        "name": place.name,
        "address": place.address,
        "city": "Berlin",
        "country": "DE",
        "timezone": "Europe/Berlin",
        "latitude": place.latitude,
        "longitude": place.longitude,
    }


def _station_body(station: DemoStation) -> dict[str, Any]:  # Any: JSON
    plan = station.plan
    standard = "IEC_62196_T2_COMBO" if plan.outlet.is_dc else "IEC_62196_T2"
    connector = {"connector": 1, "standard": standard, "power_w": plan.outlet.max_power_w}
    return {
        "location_id": station.place.location_id,
        "security_profiles": [1],
        "password": plan.password,
        "default_version": plan.version,
        "evses": [{"evse": number, "connectors": [connector]} for number in range(1, plan.evse_count + 1)],
    }


def _assignments(tariff_id: str, world: World) -> dict[str, Any]:  # Any: JSON
    stations = [{"station_id": one.plan.station_id} for one in world.stations if one.tariff_id == tariff_id]
    bays = [{"bay_id": one.plan.bay_id} for one in world.bays if one.tariff_id == tariff_id]
    return {"places": stations + bays}


def demo_drivers(
    world: World,
    *,
    session_s: tuple[float, float],
    arrival_s: float,
    app_share: float,
    linger_s: tuple[float, float] = (0.0, 0.0),
) -> DriverPlan:
    """Who comes to the demo's stations."""
    return DriverPlan(
        tokens={DEFAULT_TENANT: world.tokens},
        app_share=app_share,
        session_s=session_s,
        arrival_s=arrival_s,
        linger_s=linger_s,
    )
