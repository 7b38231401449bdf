"""Stations on real servers: inventory, map, live status, registry, and commands to a node that the test plays."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from backoffice.contracts.stations import (
    DESCRIBE_EVSE,
    START_ON_EVSE,
    STOP_TRANSACTION,
    CommandStatus,
    DescribeEvse,
    StartOnEvse,
    StationRemoved,
    StationStatusChanged,
    StopTransaction,
)
from backoffice.contracts.tariffs import TARIFFS_IN_FORCE, TariffsInForce, TariffVersion, TariffVersions
from backoffice.kit.bus import Answerer
from backoffice.kit.testing import SECRETS, eventually
from backoffice.stations.app import SERVICE
from backoffice.stations.models import Base
from backoffice.stations.removal_repository import REMOVED
from protocol.blocks.availability.events import StationDisconnected
from protocol.blocks.provisioning.events import StationBooted
from protocol.blocks.provisioning.messages import BootReason
from protocol.blocks.transactions.events import TransactionEnded, TransactionStarted
from protocol.bus.commands import RegistryEntry
from protocol.bus.envelope import decode_envelope
from protocol.bus.secrets import credential_matches
from protocol.bus.subjects import REGISTRY_BUCKET, domain_events_of, station_key
from protocol.domain.identifiers import IdToken, StationId, StationKey, TenantId, TransactionId
from protocol.domain.status import ChargingState, ConnectorStatus, RegistrationStatus
from protocol.domain.version import OcppVersion
from tests.backoffice.stations.harness import (
    CP001,
    DEFAULT,
    KEY,
    T0,
    Node,
    add_station,
    become,
    connect,
    domain_events,
    put,
    report,
    shown,
)
from tests.factories.places import HttpPlace, open_place

TARIFF = b'{"id":"T","currency":"EUR","elements":[{"price_components":[{"type":"ENERGY","price":0.5,"vat":20}]}]}'


async def all_consumed(place: HttpPlace) -> bool:
    consumers = await place.bus.jetstream.consumers_info("FACTS")
    return all(one.num_pending == 0 and one.num_ack_pending == 0 for one in consumers)


async def test_new_station_shows_its_password_once_and_is_registered_by_its_hash(place: HttpPlace) -> None:
    made = await add_station(place)
    again = await add_station(place)
    bucket = await place.bus.bucket(REGISTRY_BUCKET)
    entry = msgspec.json.decode((await bucket.get(station_key(KEY))).value or b"", type=RegistryEntry)

    assert len(made["password"]) >= 16
    assert again["password"] is None
    assert entry.security_profiles == (1,)
    assert entry.credential_hash is not None
    pepper = SECRETS["CREDENTIAL_PEPPER"].encode()
    assert credential_matches(made["password"].encode(), entry.credential_hash, pepper=pepper)
    listed = await place.http.get("/api/v1/stations", headers=place.operator_headers())
    assert made["password"] not in listed.text


async def delete(place: HttpPlace, *, tenant: TenantId = DEFAULT, headers: dict[str, str] | None = None) -> int:
    headers = headers or place.operator_headers(tenant=tenant)
    return (await place.http.delete("/api/v1/stations/CP001", headers=headers)).status_code


async def test_deleted_station_is_gone_and_the_gateway_lets_it_in_no_more(place: HttpPlace) -> None:
    await add_station(place)
    await add_station(place, "CP002")

    statuses = [await delete(place), await delete(place)]

    bucket = await place.bus.bucket(REGISTRY_BUCKET)
    listed = await place.http.get("/api/v1/stations", headers=place.operator_headers())
    assert statuses == [204, 404]
    assert [one["station_id"] for one in listed.json()["items"]] == ["CP002"]
    assert await bucket.keys() == [station_key(StationKey(DEFAULT, StationId("CP002")))]
    _, removed = await domain_events(place, "CP001", 2)  # the first is its admission
    assert removed == StationRemoved(CP001, "at-CP001")


async def test_deleted_station_can_be_registered_again_as_if_it_were_new(place: HttpPlace) -> None:
    first = await add_station(place)
    await connect(place, epoch=1)
    await report(place, ConnectorStatus.FAULTED)
    await become(place, is_online=True, status="Faulted")
    await place.publish_fact(StationDisconnected(node="n1", reason=""), station=CP001, epoch=1, received_at=T0)
    await become(place, is_online=False, status="Faulted")

    status = await delete(place)
    again = await add_station(place)

    bucket = await place.bus.bucket(REGISTRY_BUCKET)
    assert status == 204
    assert again["password"] not in (None, first["password"])
    assert (again["is_online"], again["evses"][0]["status"]) == (False, None)
    assert station_key(KEY) in await bucket.keys()


async def test_station_that_is_online_is_not_deleted(place: HttpPlace) -> None:
    await add_station(place)
    await connect(place, epoch=1)
    await become(place, is_online=True)

    assert await delete(place) == 409
    assert (await shown(place))["is_online"] is True


async def test_only_an_operator_of_the_tenant_deletes_a_station(place: HttpPlace) -> None:
    await add_station(place)

    statuses = [
        await delete(place, headers=place.driver_headers()),
        await delete(place, tenant=TenantId("other")),
        await delete(place, headers={"X-Tenant": "default"}),
    ]

    assert statuses == [403, 404, 401]
    assert (await shown(place))["station_id"] == "CP001"


async def test_what_hangs_on_a_station_goes_with_it_and_its_bay_stays(place: HttpPlace) -> None:
    await add_station(place)
    bay = {"location_id": "at-CP001", "name": "P1", "station_id": "CP001", "evse": 1}
    await put(place, "/bays/B1", bay)
    closure = {"location_id": "at-CP001", "places": [{"station_id": "CP001", "evse": 1}], "kind": "maintenance"}
    now = datetime.now(UTC)
    closure |= {"reason": "new cable", "since": now.isoformat(), "until": (now + timedelta(days=1)).isoformat()}
    closed = await place.http.post("/api/v1/closures", json=closure, headers=place.operator_headers())
    refused = await place.http.post(
        "/api/v1/stations/CP001/commands/reset", json={"kind": "Immediate"}, headers=place.operator_headers()
    )

    status = await delete(place)

    kept = await place.http.get("/api/v1/bays/B1", headers=place.operator_headers())
    assert (closed.status_code, refused.status_code, status) == (201, 409, 204), (closed.text, refused.text)
    assert (kept.json()["station_id"], kept.headers["ETag"]) == (None, '"2"')


def test_every_table_that_names_a_station_is_cleared_or_kept_on_purpose() -> None:
    kept = {
        "issued_certificates",  # whoever has a revoked one could come as the next station of that name
        "parking_bays",  # they stay, and serve no EVSE
        "refused_handshakes",  # who tried, whether registered or not
        "report_parts",  # with their report
    }

    naming = {name for name, table in Base.metadata.tables.items() if "station_id" in table.c}

    assert naming == {model.__tablename__ for model in REMOVED} | kept


async def test_registry_that_was_lost_is_written_again_at_the_next_start(database_url: str, nats_url: str) -> None:
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url) as place:
        await add_station(place)
        await place.bus.jetstream.delete_key_value(REGISTRY_BUCKET)
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url) as place:

        async def is_there() -> bool:
            bucket = await place.bus.bucket(REGISTRY_BUCKET)
            return station_key(KEY) in await bucket.keys()

        await eventually(lambda: quietly(is_there))


async def quietly(condition: Any) -> bool:
    """An empty bucket is an error to nats-py."""
    try:
        return bool(await condition())
    except Exception:  # noqa: BLE001 # whichever way it is not there yet
        return False


async def test_nearby_is_ordered_by_distance_within_the_radius_and_priced(place: HttpPlace) -> None:
    await add_station(place, "NEAR", latitude=52.5200, longitude=13.4100)
    await add_station(place, "FAR", latitude=52.5300, longitude=13.4100)
    await add_station(place, "AWAY", latitude=48.1000, longitude=11.5000)

    async def answer(question: TariffsInForce) -> TariffVersions:
        return TariffVersions((TariffVersion("T", 1, msgspec.Raw(TARIFF)),), tuple(0 for _ in question.places))

    query = {"lat": 52.5201, "lon": 13.41, "radius_m": 5000}
    silent = await place.http.get("/api/v1/stations/nearby", params=query, headers=place.driver_headers())
    playing = asyncio.create_task(place.bus.serve(Answerer(TARIFFS_IN_FORCE, answer)))

    async def priced() -> list[dict[str, Any]]:
        found = await place.http.get("/api/v1/stations/nearby", params=query, headers=place.driver_headers())
        rows: list[dict[str, Any]] = found.json()
        return rows if rows[0]["evses"][0]["price"] else []

    rows = await eventually(priced)
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)

    assert [row["station_id"] for row in silent.json()] == ["NEAR", "FAR"]
    assert silent.json()[0]["evses"][0]["price"] is None
    assert 5 < rows[0]["distance_m"] < 20
    assert 1_000 < rows[1]["distance_m"] < 1_200
    assert rows[0]["evses"][0]["price"]["per_kwh"].startswith("0.6")


async def test_live_status_follows_the_facts(place: HttpPlace) -> None:
    await add_station(place)
    await connect(place, epoch=5)
    await report(place, ConnectorStatus.AVAILABLE)
    available = await become(place, is_online=True, status="Available")
    boot = StationBooted("V", "M", OcppVersion.V201, RegistrationStatus.ACCEPTED, BootReason.POWER_UP)
    await place.publish_fact(boot, station=CP001)
    started = TransactionStarted(transaction_id=TransactionId("1"), evse=1, charging_state=ChargingState.CHARGING)
    await place.publish_fact(started, station=CP001)
    charging = await become(place, is_online=True, status="Occupied")
    await place.publish_fact(TransactionEnded(transaction_id=TransactionId("1"), evse=1), station=CP001)
    await report(place, ConnectorStatus.AVAILABLE, at=datetime.now(UTC))
    free = await become(place, is_online=True, status="Available")

    assert available["evses"][0]["is_available"]
    assert charging["evses"][0]["charging_state"] == "Charging"
    assert (charging["vendor"], charging["model"]) == ("V", "M")
    assert free["evses"][0]["charging_state"] is None
    events = await said(place, 4)
    assert [(event.evse, event.is_online) for event in events] == [(None, True), (1, True), (1, True), (1, True)]


async def said(place: HttpPlace, count: int) -> list[StationStatusChanged]:
    subscription = await place.bus.jetstream.subscribe(
        domain_events_of(DEFAULT, key=CP001, service="stations"), ordered_consumer=True
    )
    events: list[StationStatusChanged] = []
    while len(events) < count:
        event = place.catalogue.decode(decode_envelope((await subscription.next_msg(timeout=5)).data))
        if isinstance(event, StationStatusChanged):
            events.append(event)
    return events


async def test_late_goodbye_of_an_old_socket_changes_nothing(place: HttpPlace) -> None:
    await add_station(place)
    await connect(place, epoch=7)
    await become(place, is_online=True)
    old = StationDisconnected(node="n1", reason="late")
    await place.publish_fact(old, station=CP001, epoch=6, received_at=T0 + timedelta(seconds=1))
    await eventually(lambda: all_consumed(place))
    still = await shown(place)
    await place.publish_fact(old, station=CP001, epoch=7, received_at=T0 + timedelta(seconds=2))

    await become(place, is_online=False)
    assert still["is_online"]


async def test_older_report_changes_nothing(place: HttpPlace) -> None:
    await add_station(place)
    await report(place, ConnectorStatus.OCCUPIED, at=T0 + timedelta(seconds=5))
    await become(place, is_online=False, status="Occupied")
    await report(place, ConnectorStatus.AVAILABLE, at=T0)
    await eventually(lambda: all_consumed(place))

    assert (await shown(place))["evses"][0]["status"] == "Occupied"


async def test_two_tenants_own_a_station_of_one_name(place: HttpPlace) -> None:
    other = TenantId("other")
    await add_station(place)
    await add_station(place, tenant=other)
    await connect(place, epoch=1)

    await become(place, is_online=True)
    assert not (await shown(place, tenant=other))["is_online"]
    stranger = await place.http.get("/api/v1/stations/CP001", headers=place.driver_headers(tenant=TenantId("third")))
    assert stranger.status_code == 404


async def test_other_services_are_answered_with_values(place: HttpPlace) -> None:
    await add_station(place)
    known = await place.bus.ask(DESCRIBE_EVSE, DescribeEvse(DEFAULT, CP001, 1))
    unknown = await place.bus.ask(DESCRIBE_EVSE, DescribeEvse(DEFAULT, CP001, 9))
    start = StartOnEvse(DEFAULT, CP001, 1, IdToken("V"), 7)
    offline = await place.bus.ask(START_ON_EVSE, start)
    node = Node(place)
    await node.listen()
    accepted = await place.bus.ask(START_ON_EVSE, start)
    node.answer = None
    silent = await place.bus.ask(STOP_TRANSACTION, StopTransaction(DEFAULT, CP001, TransactionId("1")), timeout_s=10)

    assert (known.is_known, known.timezone, known.max_power_w) == (True, "Europe/Berlin", 11_000)
    assert not unknown.is_known
    statuses = (offline.status, accepted.status, silent.status)
    assert statuses == (CommandStatus.OFFLINE, CommandStatus.ACCEPTED, CommandStatus.UNKNOWN)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/locations/x", {"name": "L", "country": "Germany", "latitude": 0, "longitude": 0}),
        ("/locations/x", {"name": "L", "country": "DE", "timezone": "Mars/Base", "latitude": 0, "longitude": 0}),
        ("/locations/x", {"name": "L", "country": "DE", "timezone": "Europe", "latitude": 0, "longitude": 0}),
        ("/locations/x", {"name": "L", "country": "DE", "latitude": 91, "longitude": 0}),
        ("/stations/CP001", {"location_id": "nowhere", "evses": [{"evse": 1}]}),
        ("/stations/CP001", {"location_id": "nowhere", "evses": []}),
        ("/stations/CP001", {"location_id": "nowhere", "password": "short", "evses": [{"evse": 1}]}),
    ],
)
async def test_bad_input_is_refused_with_its_place(place: HttpPlace, path: str, body: object) -> None:
    answer = await place.http.put(f"/api/v1{path}", json=body, headers=place.operator_headers())

    assert answer.status_code in (404, 422)
    assert answer.json()["detail"]


async def test_inventory_is_for_operators(place: HttpPlace) -> None:
    assert (await place.http.get("/api/v1/stations", headers=place.driver_headers())).status_code == 403
    assert (await place.http.get("/api/v1/stations/nearby", params={"lat": 0, "lon": 0})).status_code == 401
