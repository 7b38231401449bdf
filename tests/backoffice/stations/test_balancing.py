"""A site's power by REST, and what its stations are told."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec

from backoffice.kit.testing import eventually
from backoffice.stations.balancing import SHARE_ID
from protocol.blocks.availability.events import StationConnected
from protocol.blocks.smart_charging.messages import SetChargingProfile
from protocol.blocks.transactions.events import TransactionStarted
from protocol.bus.commands import CommandAnswer, Outcome
from protocol.domain.identifiers import TransactionId
from protocol.domain.version import OcppVersion
from tests.backoffice.stations.harness import CP001, T0, Node, add_station
from tests.factories.places import HttpPlace

URL = "/api/v1/locations/at-CP001/power-limit"


async def limit(place: HttpPlace, **body: Any) -> Any:
    return await place.http.put(URL, json={"limit_w": 8_000} | body, headers=place.operator_headers())


async def connect(place: HttpPlace) -> None:
    await place.publish_fact(StationConnected("n1", OcppVersion.V16, 1), station=CP001, epoch=1)

    async def is_online() -> bool:
        [share] = (await place.http.get(URL, headers=place.operator_headers())).json()["shares"]
        return bool(share["is_online"])

    await eventually(is_online)


def told(node: Node) -> list[Decimal | None]:
    """The limits that the station was told, in order."""
    messages = [msgspec.json.decode(one.message, type=SetChargingProfile) for one in node.sent]
    assert all(message.profile.profile_id == SHARE_ID and message.evse is None for message in messages)
    return [message.profile.schedule.periods[0].limit for message in messages]


async def becomes(node: Node, *limits: int) -> None:
    async def is_so() -> bool:
        return told(node) == [Decimal(one) for one in limits]

    await eventually(is_so, what=f"limits told: {limits}")


async def test_station_has_nothing_until_it_charges_and_then_its_share(place: HttpPlace) -> None:
    await add_station(place)
    node = Node(place)
    await node.listen()
    assert (await limit(place)).status_code == 200
    await connect(place)
    await becomes(node, 0)

    started = TransactionStarted(transaction_id=TransactionId("1"), evse=1)
    await place.publish_fact(started, station=CP001, occurred_at=T0)

    await becomes(node, 0, 8_000)

    async def is_held() -> bool:
        site = (await place.http.get(URL, headers=place.operator_headers())).json()
        return bool((site["held_w"], site["shares"][0]["held_w"]) == ("8000", "8000"))

    await eventually(is_held)


async def test_station_that_refuses_its_share_is_asked_less_and_less_often(place: HttpPlace) -> None:
    await add_station(place)
    node = Node(place)
    node.answer = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(b'{"status":"Rejected","reason":""}'))
    await node.listen()
    await limit(place)
    await connect(place)
    await becomes(node, 0)

    place.clock.advance(timedelta(seconds=2.5))
    await becomes(node, 0, 0)
    place.clock.advance(timedelta(seconds=2.5))  # twice as long now
    site = (await place.http.get(URL, headers=place.operator_headers())).json()
    assert site["held_w"] == "11000"
    place.clock.advance(timedelta(seconds=2.5))
    await becomes(node, 0, 0, 0)


async def test_limit_is_of_a_location_that_exists_and_for_operators(place: HttpPlace) -> None:
    assert (await limit(place)).status_code == 404
    await add_station(place)
    assert (await place.http.get(URL, headers=place.operator_headers())).status_code == 404
    assert (await limit(place, limit_w=-1)).status_code == 422
    assert (await limit(place, policy="whim")).status_code == 422
    assert (await place.http.get(URL, headers=place.driver_headers())).status_code == 403
    assert (await limit(place)).status_code == 200
    assert (await place.http.delete(URL, headers=place.operator_headers())).status_code == 204
    assert (await place.http.delete(URL, headers=place.operator_headers())).status_code == 404
