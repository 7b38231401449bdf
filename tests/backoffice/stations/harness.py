"""A station by REST and by facts, and a gateway node that a test plays."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from nats.aio.msg import Msg

from backoffice.kit.testing import eventually
from protocol.blocks.availability.events import ConnectorStatusReported, StationConnected
from protocol.bus.commands import CommandAnswer, CommandRequest, Outcome, PresenceEntry
from protocol.bus.envelope import decode_envelope
from protocol.bus.subjects import PRESENCE_BUCKET, domain_events_of, node_commands, station_key
from protocol.domain.identifiers import StationId, StationKey, TenantId
from protocol.domain.status import ConnectorStatus
from protocol.domain.version import OcppVersion
from tests.factories.places import HttpPlace

DEFAULT, CP001 = TenantId("default"), StationId("CP001")
KEY = StationKey(DEFAULT, CP001)
T0 = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


async def put(place: HttpPlace, path: str, body: object, *, tenant: TenantId = DEFAULT) -> Any:
    answer = await place.http.put(f"/api/v1{path}", json=body, headers=place.operator_headers(tenant=tenant))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def add_station(
    place: HttpPlace,
    station_id: str = "CP001",
    *,
    latitude: float = 52.52,
    longitude: float = 13.41,
    tenant: TenantId = DEFAULT,
    **fields: Any,
) -> Any:
    location = {"name": "L", "country": "DE", "timezone": "Europe/Berlin", "latitude": latitude, "longitude": longitude}
    await put(place, f"/locations/at-{station_id}", location, tenant=tenant)
    body = {"location_id": f"at-{station_id}", "evses": [{"evse": 1, "connectors": [{"power_w": 11_000}]}]} | fields
    return await put(place, f"/stations/{station_id}", body, tenant=tenant)


async def connect(place: HttpPlace, *, epoch: int, at: datetime = T0, tenant: TenantId = DEFAULT) -> None:
    fact = StationConnected(node="n1", version=OcppVersion.V201, security_profile=1)
    await place.publish_fact(fact, station=CP001, tenant=tenant, epoch=epoch, received_at=at)


async def report(place: HttpPlace, status: ConnectorStatus, *, at: datetime = T0) -> None:
    fact = ConnectorStatusReported(status=status, evse=1, connector=1)
    await place.publish_fact(fact, station=CP001, received_at=at)


async def shown(place: HttpPlace, *, tenant: TenantId = DEFAULT) -> dict[str, Any]:
    answer = await place.http.get("/api/v1/stations/CP001", headers=place.driver_headers(tenant=tenant))
    body: dict[str, Any] = answer.json()
    return body


async def become(place: HttpPlace, *, is_online: bool, status: str | None = None) -> dict[str, Any]:
    async def is_so() -> dict[str, Any]:
        body = await shown(place)
        is_right = body["is_online"] == is_online and body["evses"][0]["status"] == status
        return body if is_right else {}

    return await eventually(is_so, what=f"online {is_online}, status {status}")


class Node:
    """A gateway node: what it was sent, and what it answers."""

    def __init__(self, place: HttpPlace, name: str = "n1", *, station: StationKey = KEY) -> None:
        self.sent: list[CommandRequest] = []
        self.answer: CommandAnswer | None = CommandAnswer(
            Outcome.ANSWERED, reply=msgspec.Raw(b'{"status":"Accepted","reason":""}')
        )
        self._place = place
        self._name = name
        self._station = station

    async def listen(self) -> None:
        await self._place.bus.client.subscribe(node_commands(self._name), cb=self._take)
        bucket = await self._place.bus.bucket(PRESENCE_BUCKET)
        await bucket.put(station_key(self._station), msgspec.json.encode(PresenceEntry(self._name)))

    async def _take(self, message: Msg) -> None:
        self.sent.append(msgspec.json.decode(message.data, type=CommandRequest))
        if self.answer is not None:
            await self._place.bus.client.publish(message.reply, msgspec.json.encode(self.answer))


async def domain_events(place: HttpPlace, key: str, count: int, *, tenant: TenantId = DEFAULT) -> list[Any]:
    """The first `count` events that stations published about `key`, in order."""
    subject = domain_events_of(tenant, key=key, service="stations")
    subscription = await place.bus.jetstream.subscribe(subject, ordered_consumer=True)
    messages = [await subscription.next_msg(timeout=5) for _ in range(count)]
    await subscription.unsubscribe()
    return [place.catalogue.decode(decode_envelope(message.data)) for message in messages]
