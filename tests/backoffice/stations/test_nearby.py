"""The search around a point: what fits, in which order, in pages, and at what price."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import asin, cos, radians, sin, sqrt
from typing import Any

import msgspec
import pytest

from backoffice.contracts.tariffs import TARIFFS_IN_FORCE, TariffsInForce, TariffVersion, TariffVersions
from backoffice.kit.bus import Answerer
from backoffice.kit.testing import eventually
from backoffice.stations.domain import EARTH_RADIUS_M
from protocol.domain.identifiers import TenantId
from protocol.domain.status import ConnectorStatus
from tests.backoffice.stations.harness import DEFAULT, add_station, become, connect, put, report
from tests.factories.places import HttpPlace

pytestmark = pytest.mark.slow

HERE = {"lat": 52.52, "lon": 13.41}


async def ask(place: HttpPlace, *, tenant: TenantId = DEFAULT, **params: Any) -> dict[str, Any]:
    answer = await place.http.get(
        "/api/v1/places/nearby", params=HERE | params, headers=place.driver_headers(tenant=tenant)
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def found(place: HttpPlace, **params: Any) -> list[str]:
    """The EVSEs as `station/number`, or the bays by id."""
    return [
        one["bay"]["bay_id"] if one["kind"] == "bay" else f"{one['station_id']}/{one['evse']['evse']}"
        for one in (await ask(place, **params))["items"]
    ]


async def add_bay(place: HttpPlace, bay_id: str, *, at: str, **fields: Any) -> None:
    await put(place, f"/bays/{bay_id}", {"location_id": f"at-{at}", "name": bay_id} | fields)


async def occupy(place: HttpPlace, bay_id: str, change: str = "occupied") -> None:
    body = {"kind": "sensor", "change": change, "at": place.clock().isoformat()}
    answer = await place.http.post(f"/api/v1/bays/{bay_id}/events", json=body, headers=place.operator_headers())
    assert answer.status_code == 200, answer.text


def connector(standard: str, power_w: int, number: int = 1) -> dict[str, Any]:
    return {"connector": number, "standard": standard, "power_w": power_w}


@asynccontextmanager
async def tariffs(place: HttpPlace, **per_kwh: str) -> AsyncIterator[None]:
    """Tariffs, as far as it says what a kWh costs at a station, without VAT."""

    def tariff(price: str, currency: str = "EUR") -> msgspec.Raw:
        return msgspec.Raw(
            b'{"id":"T","currency":"%s","elements":[{"price_components":[{"type":"ENERGY","price":%s,"vat":20}]}]}'
            % (currency.encode(), price.encode())
        )

    async def answer(question: TariffsInForce) -> TariffVersions:
        versions = tuple(TariffVersion(price, 1, tariff(price)) for price in per_kwh.values())
        order = list(per_kwh)
        index = tuple(order.index(one.station_id) if one.station_id in order else -1 for one in question.places)
        return TariffVersions(versions, index)

    playing = asyncio.create_task(place.bus.serve(Answerer(TARIFFS_IN_FORCE, answer)))
    try:
        yield
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)


async def test_distance_is_that_of_the_great_circle(place: HttpPlace) -> None:
    await add_station(place, "EAST", latitude=52.54, longitude=13.44)

    (one,) = (await ask(place))["items"]

    a, b = (radians(HERE["lat"]), radians(HERE["lon"])), (radians(52.54), radians(13.44))
    chord = sin((b[0] - a[0]) / 2) ** 2 + cos(a[0]) * cos(b[0]) * sin((b[1] - a[1]) / 2) ** 2
    assert one["distance_m"] == pytest.approx(2 * EARTH_RADIUS_M * asin(sqrt(chord)), abs=0.2)
    assert await found(place, radius_m=one["distance_m"] - 1) == []


async def test_search_reaches_across_the_180th_meridian(place: HttpPlace) -> None:
    await add_station(place, "FIJI", latitude=-17.0, longitude=-179.99)

    assert await found(place, lat=-17.0, lon=179.99) == ["FIJI/1"]


async def test_pages_go_on_where_the_one_before_ended(place: HttpPlace) -> None:
    evses = [{"evse": number, "connectors": [{}]} for number in (1, 2, 3)]
    for station_id, latitude in (("A", 52.53), ("B", 52.52), ("C", 52.53)):
        await add_station(place, station_id, latitude=latitude, evses=evses)
    whole = await found(place)

    pages: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = await ask(place, limit=2, **cursor)
        pages += [f"{one['station_id']}/{one['evse']['evse']}" for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}

    assert whole == [f"{station}/{number}" for station in "BAC" for number in (1, 2, 3)]
    assert pages == whole


async def test_power_and_standard_are_of_one_connector(place: HttpPlace) -> None:
    both = [connector("IEC_62196_T2", 43_000, 1), connector("IEC_62196_T2_COMBO", 22_000, 2)]
    await add_station(place, "BOTH", evses=[{"evse": 1, "connectors": both}])
    await add_station(place, "FAST", evses=[{"evse": 1, "connectors": [connector("IEC_62196_T2_COMBO", 150_000)]}])

    assert await found(place, min_power_w=43_000) == ["BOTH/1", "FAST/1"]
    assert await found(place, standard=["IEC_62196_T2_COMBO", "CHADEMO"]) == ["BOTH/1", "FAST/1"]
    assert await found(place, standard="IEC_62196_T2_COMBO", min_power_w=43_000) == ["FAST/1"]


async def test_evse_is_free_where_it_is_available_online_and_nobody_has_parked_there(place: HttpPlace) -> None:
    await add_station(place)
    await add_bay(place, "B1", at="CP001", station_id="CP001", evse=1)
    offline = await found(place, free_now=True)
    await connect(place, epoch=1)
    await report(place, ConnectorStatus.AVAILABLE)
    await become(place, is_online=True, status="Available")

    free = await found(place, free_now=True)
    await occupy(place, "B1")
    blocked = await found(place, free_now=True)

    assert (offline, free, blocked) == ([], ["CP001/1"], [])
    assert not (await ask(place))["items"][0]["is_free"]


async def test_bay_is_free_where_nobody_is_seen_and_nobody_charges(place: HttpPlace) -> None:
    await add_station(place)
    await add_bay(place, "B1", at="CP001", station_id="CP001", evse=1)
    for bay_id in ("B2", "B3", "B4"):
        await add_bay(place, bay_id, at="CP001")
    await occupy(place, "B2")
    await occupy(place, "B3", "out_of_order")
    idle = await found(place, kind="bay", free_now=True)

    await report(place, ConnectorStatus.OCCUPIED)
    await become(place, is_online=False, status="Occupied")

    assert idle == ["B1", "B4"]
    assert await found(place, kind="bay", free_now=True) == ["B4"]
    assert await found(place, kind="bay") == ["B1", "B2", "B3", "B4"]


async def test_bays_are_chosen_by_the_evse_that_they_serve(place: HttpPlace) -> None:
    await add_station(place, evses=[{"evse": 1, "connectors": [connector("CHADEMO", 50_000)]}])
    await add_bay(place, "B1", at="CP001", station_id="CP001", evse=1)
    await add_bay(place, "B2", at="CP001")

    assert await found(place, kind="bay", standard="CHADEMO", min_power_w=50_000) == ["B1"]
    assert await found(place, kind="bay", min_power_w=60_000) == []


async def test_parking_access_and_reservability_are_asked_for(place: HttpPlace) -> None:
    await add_station(place, "PLAIN", evses=[{"evse": 1, "connectors": [{}], "is_reservable": False}])
    await add_station(place, "BAYS", latitude=52.521)
    await add_bay(place, "B1", at="BAYS", station_id="BAYS", evse=1, is_accessible=True, is_reservable=False)
    await add_station(place, "FLAT", latitude=52.522)
    flat = {"name": "L", "country": "DE", "latitude": 52.522, "longitude": 13.41, "is_accessible": True}
    await put(place, "/locations/at-FLAT", flat)
    await add_bay(place, "B2", at="FLAT")

    assert await found(place, has_parking=True) == ["BAYS/1", "FLAT/1"]
    assert await found(place, is_accessible=True) == ["BAYS/1", "FLAT/1"]
    assert await found(place, is_reservable=True) == ["BAYS/1", "FLAT/1"]
    assert await found(place, kind="bay", is_accessible=True) == ["B1", "B2"]
    assert await found(place, kind="bay", is_reservable=True) == ["B2"]


async def test_price_cap_is_vat_included_and_leaves_out_what_is_not_known(place: HttpPlace) -> None:
    for station_id in ("CHEAP", "DEAR", "SILENT"):
        await add_station(place, station_id)
    silent = await found(place, max_price_per_kwh="9")

    async with tariffs(place, CHEAP="0.40", DEAR="0.50"):
        await eventually(lambda: found(place, max_price_per_kwh="9"), what="prices")
        capped = [await found(place, max_price_per_kwh=cap) for cap in ("0.47", "0.48", "0.6")]
        dollars = await found(place, max_price_per_kwh="9", currency="USD")
        one_by_one = await ask(place, max_price_per_kwh="0.6", limit=1)
        answer = await place.http.get(
            "/api/v1/stations/nearby", params=HERE | {"max_price_per_kwh": "0.5"}, headers=place.driver_headers()
        )

    assert silent == []
    assert capped == [[], ["CHEAP/1"], ["CHEAP/1", "DEAR/1"]]
    assert dollars == []
    assert len(one_by_one["items"]) == 1
    assert one_by_one["items"][0]["evse"]["price"]["per_kwh"] == "0.4800"
    assert [one["station_id"] for one in answer.json()] == ["CHEAP"]


async def test_price_cap_looks_beyond_the_first_page(place: HttpPlace) -> None:
    many = [{"evse": number, "connectors": [{}]} for number in range(1, 251)]
    await add_station(place, "DEAR", evses=many)
    await add_station(place, "CHEAP", latitude=52.53)

    async with tariffs(place, CHEAP="0.10", DEAR="0.90"):
        await eventually(lambda: found(place, max_price_per_kwh="9"), what="prices")
        cheap = await ask(place, max_price_per_kwh="0.5", limit=1)

    assert [one["station_id"] for one in cheap["items"]] == ["CHEAP"]
    assert cheap["next_cursor"] is None


async def test_stations_come_with_the_evses_that_fit(place: HttpPlace) -> None:
    evses = [
        {"evse": 1, "connectors": [connector("IEC_62196_T2", 22_000)]},
        {"evse": 2, "connectors": [connector("IEC_62196_T2_COMBO", 150_000)]},
    ]
    await add_station(place, "A", latitude=52.521, evses=evses)
    await add_station(place, "B", latitude=52.522, evses=evses)
    await add_station(place, "SLOW", evses=evses[:1])

    async def stations(**params: Any) -> list[tuple[str, list[int]]]:
        answer = await place.http.get("/api/v1/stations/nearby", params=HERE | params, headers=place.driver_headers())
        return [(one["station_id"], [evse["evse"] for evse in one["evses"]]) for one in answer.json()]

    assert await stations() == [("SLOW", [1]), ("A", [1, 2]), ("B", [1, 2])]
    assert await stations(min_power_w=50_000) == [("A", [2]), ("B", [2])]
    assert await stations(limit=2) == [("SLOW", [1]), ("A", [1, 2])]


@pytest.mark.parametrize(
    "params",
    [
        {"free_from": "2026-05-04T10:00:00Z"},
        {"free_from": "2026-05-04T10:00:00Z", "free_until": "2026-05-04T09:00:00Z"},
        {"free_from": "2026-05-04T10:00:00", "free_until": "2026-05-04T11:00:00"},
        {"max_price_per_kwh": "-1"},
        {"max_price_per_kwh": "NaN"},
        {"radius_m": 1e9},
        {"lat": "nan"},
        {"cursor": "bm90IG91cnM"},
        {"kind": "garage"},
        {"colour": "red"},
    ],
)
async def test_search_that_makes_no_sense_is_refused(place: HttpPlace, params: dict[str, Any]) -> None:
    answer = await place.http.get("/api/v1/places/nearby", params=HERE | params, headers=place.driver_headers())

    assert answer.status_code == 422, answer.text


async def test_search_finds_the_tenant_s_own_alone(place: HttpPlace) -> None:
    other = TenantId("other")
    await add_station(place, "OURS")
    await add_station(place, "THEIRS", tenant=other)

    assert await found(place) == ["OURS/1"]
    assert await found(place, tenant=other) == ["THEIRS/1"]
