"""A site's power by REST, and what its stations are told."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
from nats.aio.msg import Msg

from backoffice.kit.testing import eventually
from backoffice.stations.share_sending import SHARE_ID
from protocol.blocks.availability.events import StationConnected
from protocol.blocks.smart_charging.messages import ClearChargingProfile, SetChargingProfile
from protocol.blocks.transactions.events import TransactionStarted
from protocol.bus.commands import COMMAND_OF_MESSAGE, CommandAnswer, CommandRequest, Outcome
from protocol.domain.identifiers import StationId, StationKey, TransactionId
from protocol.domain.version import OcppVersion
from tests.backoffice.stations.harness import CP001, DEFAULT, T0, Node, add_station, put
from tests.factories.places import HttpPlace

URL = "/api/v1/locations/at-CP001/power-limit"


SET, CLEAR = (COMMAND_OF_MESSAGE[kind].name for kind in (SetChargingProfile, ClearChargingProfile))
CP002 = StationId("CP002")


class Taker(Node):
    """Knows what its station may take; where it `is_mute`, the answer is lost, and where it `is_deaf`, the call."""

    takes_w: Decimal | None = None
    is_mute = is_deaf = False

    async def _take(self, message: Msg) -> None:
        if self.is_deaf:
            return
        request = msgspec.json.decode(message.data, type=CommandRequest)
        if request.command == SET:
            profile = msgspec.json.decode(request.message, type=SetChargingProfile).profile
            self.takes_w = profile.schedule.periods[0].limit
        else:
            self.takes_w = None
        if self.is_mute:
            self.sent.append(request)
        else:
            await super()._take(message)

    async def takes(self, watts: int | None) -> None:
        async def is_so() -> bool:
            return self.takes_w == (None if watts is None else Decimal(watts))

        await eventually(is_so, what=f"takes {watts} W")


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


async def pair(place: HttpPlace) -> tuple[Taker, Taker]:
    """Two stations of the site that are connected, and have nothing while nobody charges."""
    await add_station(place)
    await put(
        place,
        "/stations/CP002",
        {"location_id": "at-CP001", "evses": [{"evse": 1, "connectors": [{"power_w": 11_000}]}]},
    )
    first, second = Taker(place, "n1"), Taker(place, "n2", station=StationKey(DEFAULT, CP002))
    for node, name, station in ((first, "n1", CP001), (second, "n2", CP002)):
        await node.listen()
        await place.publish_fact(StationConnected(name, OcppVersion.V16, 1), station=station, epoch=1)
    await limit(place, limit_w=10_000)
    for node in (first, second):
        await node.takes(0)
    return first, second


async def held(place: HttpPlace) -> list[str]:
    site = (await place.http.get(URL, headers=place.operator_headers())).json()
    return [share["held_w"] for share in site["shares"]]


async def starts(place: HttpPlace, station: StationId) -> None:
    started = TransactionStarted(transaction_id=TransactionId(station), evse=1)
    await place.publish_fact(started, station=station, occurred_at=T0)


async def test_share_whose_acceptance_was_lost_counts_as_taken_until_the_station_answers(place: HttpPlace) -> None:
    first, second = await pair(place)
    first.is_mute = True
    await starts(place, CP001)
    await first.takes(10_000)

    await starts(place, CP002)
    await asyncio.sleep(2.5)  # the command times out after a second

    # The other one's turn comes only when the first has accepted less.
    assert (first.takes_w, second.takes_w) == (10_000, 0)
    assert await held(place) == ["10000", "0"]
    first.is_mute = False
    place.clock.advance(timedelta(seconds=2.5))
    await first.takes(5_000)
    await second.takes(5_000)
    assert await held(place) == ["5000", "5000"]


async def test_share_that_was_refused_after_one_whose_answer_was_lost_leaves_that_one_counted(
    place: HttpPlace,
) -> None:
    first, second = await pair(place)
    first.is_mute = True
    await starts(place, CP001)
    await first.takes(10_000)
    await asyncio.sleep(1.5)
    first.is_mute = False
    first.answer = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(b'{"status":"Rejected","reason":""}'))
    count = len(first.sent)
    place.clock.advance(timedelta(seconds=2.5))

    async def was_told_again() -> bool:
        return len(first.sent) > count

    await eventually(was_told_again)
    await starts(place, CP002)
    await asyncio.sleep(1.5)

    assert second.takes_w == 0
    assert await held(place) == ["10000", "0"]


async def test_share_lowered_without_an_answer_is_sent_again_when_it_is_wanted_back(place: HttpPlace) -> None:
    first, _ = await pair(place)
    await starts(place, CP001)
    await first.takes(10_000)
    first.is_mute = True
    await limit(place, limit_w=4_000)
    await first.takes(4_000)
    await limit(place, limit_w=10_000)
    await asyncio.sleep(1.5)
    first.is_mute = False

    place.clock.advance(timedelta(seconds=2.5))

    await first.takes(10_000)


async def test_stations_that_do_not_answer_keep_no_other_site_waiting(place: HttpPlace) -> None:
    names = [f"CP{number:03}" for number in range(6)]
    nodes = []
    for name in names:
        await add_station(place, name)
        node = Taker(place, f"node-{name}", station=StationKey(DEFAULT, StationId(name)))
        node.is_mute = name != names[-1]
        await node.listen()
        nodes.append(node)
        fact = StationConnected(f"node-{name}", OcppVersion.V16, 1)
        await place.publish_fact(fact, station=StationId(name), epoch=1)
    for name in names:
        await put(place, f"/locations/at-{name}/power-limit", {"limit_w": 8_000})
    told_at: dict[int, float] = {}
    loop = asyncio.get_running_loop()

    async def were_all_told() -> bool:
        told_at.update({place: loop.time() for place, node in enumerate(nodes) if node.sent and place not in told_at})
        return len(told_at) == len(nodes)

    await eventually(were_all_told)

    # Two at a time, each until a second has passed without an answer, they would be three seconds apart.
    assert max(told_at.values()) - min(told_at.values()) < 2


async def test_station_that_leaves_a_limited_site_leaves_its_share_behind(place: HttpPlace) -> None:
    first, second = await pair(place)
    location = {"name": "L", "country": "DE", "timezone": "Europe/Berlin", "latitude": 50.0, "longitude": 13.4}
    await put(place, "/locations/elsewhere", location)

    evses = [{"evse": 1, "connectors": [{"power_w": 11_000}]}]
    await put(place, "/stations/CP001", {"location_id": "elsewhere", "evses": evses})

    await first.takes(None)
    cleared = msgspec.json.decode(first.sent[-1].message, type=ClearChargingProfile)
    assert (cleared.profile_id, cleared.evse) == (SHARE_ID, None)
    assert second.takes_w == 0
    count = len(first.sent)
    await asyncio.sleep(1.5)
    assert len(first.sent) == count, "it is told once"


async def test_station_that_does_not_hear_that_the_limit_is_gone_is_told_again(place: HttpPlace) -> None:
    first, second = await pair(place)
    first.is_deaf = True

    assert (await place.http.delete(URL, headers=place.operator_headers())).status_code == 204
    await second.takes(None)
    await asyncio.sleep(1.5)
    first.is_deaf = False
    place.clock.advance(timedelta(seconds=2.5))

    await first.takes(None)


async def test_limit_that_goes_while_a_share_is_under_way_leaves_none_behind(place: HttpPlace) -> None:
    first, second = await pair(place)
    first.is_mute = True
    await starts(place, CP001)
    await first.takes(10_000)

    assert (await place.http.delete(URL, headers=place.operator_headers())).status_code == 204
    await second.takes(None)
    assert first.takes_w == 10_000, "its answer is still to come"
    first.is_mute = False
    await asyncio.sleep(1.2)
    place.clock.advance(timedelta(seconds=2.5))

    await first.takes(None)
