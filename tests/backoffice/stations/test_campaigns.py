"""Campaigns: firmware and configurations for many stations, wave by wave, and no further where too many fail."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from backoffice.kit.testing import eventually
from backoffice.stations.campaign_states import (
    CAMPAIGN,
    MEMBER,
    CampaignState,
    CampaignTrigger,
    MemberState,
    MemberTrigger,
)
from protocol.blocks.availability.events import StationConnected
from protocol.blocks.firmware.events import FirmwareStatusReported
from protocol.blocks.firmware.messages import FirmwareStatus
from protocol.bus.commands import CommandAnswer, Outcome
from protocol.domain.identifiers import StationId, StationKey
from protocol.domain.version import OcppVersion
from protocol.errors import IllegalTransition
from tests.backoffice.stations.harness import DEFAULT, T0, Node, add_station, put
from tests.factories.places import HttpPlace

API = "/api/v1/campaigns"
FIRMWARE = {"location": "https://firmware.example/2.1.bin"}
ACCEPTED = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(b'{"status":"Accepted"}'))
REJECTED = CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(b'{"status":"Rejected"}'))


@pytest.mark.parametrize("state", list(CampaignState))
@pytest.mark.parametrize("trigger", list(CampaignTrigger))
def test_campaign_that_ended_never_goes_on(state: CampaignState, trigger: CampaignTrigger) -> None:
    if trigger in CAMPAIGN.transitions[state]:
        assert not CAMPAIGN.is_terminal(state)
        return
    with pytest.raises(IllegalTransition):
        CAMPAIGN.advance(state, trigger)


@pytest.mark.parametrize("state", list(MemberState))
@pytest.mark.parametrize("trigger", list(MemberTrigger))
def test_station_is_never_called_twice(state: MemberState, trigger: MemberTrigger) -> None:
    following = MEMBER.transitions[state].get(trigger)

    assert following is not MemberState.WAITING
    assert (following is MemberState.CALLED) <= (trigger in (MemberTrigger.CALLED, MemberTrigger.AWAY))


async def node_of(place: HttpPlace, name: str, answer: CommandAnswer = ACCEPTED) -> Node:
    """The station is there, at a gateway node of its own."""
    station = StationId(name)
    await add_station(place, name)
    node = Node(place, f"node-{name}", station=StationKey(DEFAULT, station))
    node.answer = answer
    await node.listen()
    await place.publish_fact(
        StationConnected(node=f"node-{name}", version=OcppVersion.V201, security_profile=1),
        station=station,
        epoch=1,
        received_at=T0,
    )
    return node


async def create(place: HttpPlace, *, status: int = 201, **fields: Any) -> Any:
    body = {"name": "spring", "firmware": FIRMWARE} | fields
    answer = await place.http.post(API, json=body, headers=place.operator_headers())
    assert answer.status_code == status, answer.text
    return answer.json()


async def move(place: HttpPlace, campaign_id: str, verb: str, *, status: int = 200) -> Any:
    answer = await place.http.post(f"{API}/{campaign_id}/{verb}", headers=place.operator_headers())
    assert answer.status_code == status, answer.text
    return answer.json()


async def is_at(place: HttpPlace, campaign_id: str, **wanted: Any) -> Any:
    """The campaign, once it is as `wanted`; states of stations by their names."""

    async def found() -> Any:
        answer = await place.http.get(f"{API}/{campaign_id}", headers=place.operator_headers())
        body = answer.json()
        return body if all((body | body["stations"]).get(name) == value for name, value in wanted.items()) else None

    return await eventually(found, what=str(wanted))


async def says(place: HttpPlace, name: str, status: FirmwareStatus, *, request_id: int | None = None) -> None:
    await place.publish_fact(FirmwareStatusReported(status, request_id=request_id), station=StationId(name))


async def ordered(node: Node) -> Any:
    """The one command that it was sent."""

    async def is_there() -> bool:
        return bool(node.sent)

    await eventually(is_there, what="a command")
    [sent] = node.sent
    return msgspec.json.decode(sent.message)


async def test_waves_follow_each_other_until_all_have_the_firmware(place: HttpPlace) -> None:
    nodes = {name: await node_of(place, name) for name in ("A", "B", "C")}
    campaign = await create(place, stations=["A", "B", "C"], wave_size=2)
    id_ = campaign["campaign_id"]

    await is_at(place, id_, sent=2, waiting=1)
    first = await ordered(nodes["A"])
    await ordered(nodes["B"])
    assert nodes["C"].sent == []
    assert first["location"] == FIRMWARE["location"]
    await says(place, "A", FirmwareStatus.DOWNLOADING, request_id=first["request_id"])
    await says(place, "A", FirmwareStatus.INSTALLED, request_id=first["request_id"] + 1)  # of another order
    await says(place, "B", FirmwareStatus.INSTALLED)  # 1.6 names none
    await is_at(place, id_, sent=1, done=1)
    assert nodes["C"].sent == []
    await says(place, "A", FirmwareStatus.INSTALLED, request_id=first["request_id"])
    await is_at(place, id_, done=2, sent=1)
    await says(place, "C", FirmwareStatus.INSTALLED)

    ended = await is_at(place, id_, state="finished", done=3)
    assert ended["ended_at"] is not None
    assert [len(node.sent) for node in nodes.values()] == [1, 1, 1]


async def test_failures_pause_a_campaign_which_goes_on_when_told_to(place: HttpPlace) -> None:
    for name in ("A", "B", "C"):
        await node_of(place, name, REJECTED if name == "A" else ACCEPTED)
    id_ = (await create(place, stations=["A", "B", "C"]))["campaign_id"]

    paused = await is_at(place, id_, state="paused", failed=1, waiting=2)
    assert paused["detail"] == "1 stations failed, and 0 may"
    await move(place, id_, "resume")
    await is_at(place, id_, sent=1)
    await says(place, "B", FirmwareStatus.INSTALLATION_FAILED)
    await is_at(place, id_, state="paused", failed=2, waiting=1)
    await move(place, id_, "cancel")

    await is_at(place, id_, state="cancelled", failed=2, left_out=1)
    assert "cancelled" in (await move(place, id_, "resume", status=409))["detail"]
    answer = await place.http.get(f"{API}/{id_}/stations?limit=2", headers=place.operator_headers())
    page = answer.json()
    assert [(one["station_id"], one["state"], one["detail"]) for one in page["items"]] == [
        ("A", "failed", "Rejected"),
        ("B", "failed", "InstallationFailed"),
    ]
    assert page["next_cursor"] is not None


async def test_station_that_is_away_is_waited_for_and_its_silence_is_a_failure(place: HttpPlace) -> None:
    await add_station(place, "AWAY")
    silent = await node_of(place, "SILENT")
    silent.answer = None
    id_ = (await create(place, stations=["AWAY", "SILENT"], wave_size=2, failures_allowed=2, patience_h=1))[
        "campaign_id"
    ]

    await is_at(place, id_, called=1, sent=1)
    place.clock.advance(timedelta(hours=2))

    await is_at(place, id_, state="finished", failed=2)
    assert len(silent.sent) == 1


async def test_configuration_is_set_where_it_differs(place: HttpPlace) -> None:
    variables = [{"variable": "HeartbeatInterval", "value": "60"}, {"variable": "WebSocketPingInterval", "value": "30"}]
    await put(place, "/configuration-templates/usual", {"variables": variables})
    reply = b'{"results":[{"status":"Accepted","variable":{"name":"HeartbeatInterval"}}]}'
    node = await node_of(place, "A", CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(reply)))
    id_ = (await create(place, firmware=None, template="usual", location_id="at-A"))["campaign_id"]

    await is_at(place, id_, state="finished", done=1)
    assert len(node.sent) == 2


async def test_campaign_for_nobody_or_of_two_things_is_refused(place: HttpPlace) -> None:
    await add_station(place, "A")

    await create(place, stations=["A", "NOBODY"], status=404)
    await create(place, location_id="nowhere", status=422)
    await create(place, status=422)
    await create(place, stations=["A"], template="usual", status=422)
    await create(place, stations=["A"], firmware=None, template="none", status=404)
