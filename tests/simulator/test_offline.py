"""A socket that is lost, a CSMS that is silent: nothing that bears on a bill is lost, and its order stays."""

from itertools import pairwise

import pytest

from protocol.blocks.authorization.messages import Authorize
from protocol.blocks.availability.messages import StatusNotification
from protocol.blocks.meter_values.messages import MeterValues
from protocol.blocks.provisioning.messages import BootNotification
from protocol.blocks.transactions.messages import TransactionEnd, TransactionReply, TransactionStart, TransactionUpdate
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.status import ConnectorStatus
from protocol.domain.version import OcppVersion
from protocol.errors import InternalError
from simulator.state import Happening
from tests.simulator.scripted_csms import Silence, transaction_events
from tests.simulator.test_charge import EVERY, TOKEN, booted, car


@EVERY
def test_a_whole_charge_while_offline_is_replayed_in_order(version: OcppVersion) -> None:
    world = booted(version)
    world.csms.go_down()
    world.run_for(1)
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(130)
    world.station.unplug(1)
    world.run_for(30)
    assert world.csms.of(TransactionStart) == []

    world.csms.is_down = False
    world.run_until(lambda: world.csms.of(TransactionEnd), within_s=120)
    world.run_for(1)

    said = [
        m for m in world.csms.said if isinstance(m, TransactionStart | TransactionUpdate | TransactionEnd | MeterValues)
    ]
    assert isinstance(said[0], TransactionStart)
    assert isinstance(said[-1], TransactionEnd)
    assert len(world.csms.of(BootNotification)) == 1
    (entry,) = world.fleet.ledger.entries()
    assert said[-1].transaction_id == entry.transaction_id
    assert said[-1].meter_wh == str(entry.end_register_wh)
    assert (said[-1].occurred_at - said[0].occurred_at).total_seconds() == 130
    if version is OcppVersion.V16:
        assert {message.transaction_id for message in said[1:]} == {"101"}
    else:
        assert all(event.is_offline for event in said)
        assert [event.seq_no for event in said] == list(range(len(said)))


@EVERY
def test_a_charge_goes_on_while_the_socket_is_lost(version: OcppVersion) -> None:
    world = booted(version)
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(30)

    world.station.lose_socket()
    world.run_for(100)
    world.station.present_token(1, TOKEN)
    world.run_for(2)

    (end,) = world.csms.of(TransactionEnd)
    (entry,) = world.fleet.ledger.entries()
    assert entry.energy_wh == pytest.approx(11_000 * 130 / 3600, rel=0.05)
    assert end.stopped_reason == "Local"
    assert len(world.csms.of(BootNotification)) == 1
    assert world.csms.of(TransactionUpdate) == [] or not end.is_offline


@EVERY
def test_what_the_connector_did_meanwhile_is_reported_after_the_reconnection(version: OcppVersion) -> None:
    world = booted(version)
    world.csms.go_down()
    world.run_for(1)
    world.station.plug_in(1, car())
    world.run_for(5)

    world.csms.is_down = False
    world.run_for(60)

    last = world.csms.of(StatusNotification)[-1]
    assert (last.evse, last.status) == (1, ConnectorStatus.OCCUPIED)


@EVERY
def test_a_start_without_an_answer_is_said_again_with_the_same_content_until_it_is_answered(
    version: OcppVersion,
) -> None:
    world = booted(version)
    answer = world.csms.scripts[TransactionStart]
    world.csms.scripts[TransactionStart] = lambda _: Silence()
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_until(lambda: len(world.csms.of(TransactionStart)) == 7, within_s=1000)

    world.csms.scripts[TransactionStart] = answer
    world.run_until(lambda: not world.station.state.outbox.has_facts, within_s=200)

    assert len({repr(start) for start in world.csms.of(TransactionStart)}) == 1
    assert world.fleet.ledger.entries()[0].is_start_acknowledged
    assert Happening.TRANSACTION_REFUSED not in world.events


def test_a_16_stop_that_was_made_before_its_number_came_carries_the_number() -> None:
    world = booted(OcppVersion.V16)
    answer = world.csms.scripts[TransactionStart]
    world.csms.scripts[TransactionStart] = lambda _: Silence()
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(10)
    world.station.unplug(1)

    world.csms.scripts[TransactionStart] = answer
    world.run_until(lambda: world.csms.of(TransactionEnd), within_s=100)

    assert world.csms.of(TransactionEnd)[0].transaction_id == "101"


@EVERY
def test_a_silent_socket_is_given_up_and_replaced(version: OcppVersion) -> None:
    world = booted(version)
    world.csms.scripts = dict.fromkeys(world.csms.scripts, lambda _: Silence())
    world.station.plug_in(1, car())

    world.run_for(80)

    assert len(world.csms.sockets) == 2
    assert not world.csms.sockets[0].is_open


@EVERY
def test_a_refused_message_is_given_up_after_its_attempts_and_the_next_one_is_said(version: OcppVersion) -> None:
    world = booted(version)
    world.csms.scripts[TransactionStart] = lambda _: InternalError()
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(60)
    world.station.unplug(1)
    world.run_for(5)

    assert len(world.csms.of(TransactionStart)) == 3
    (end,) = world.csms.of(TransactionEnd)
    assert Happening.TRANSACTION_REFUSED in world.events
    assert not world.fleet.ledger.entries()[0].is_start_acknowledged
    assert end.transaction_id == (
        "-1" if version is OcppVersion.V16 else world.csms.of(TransactionStart)[0].transaction_id
    )


@EVERY
def test_a_token_whose_question_was_lost_with_the_socket_is_decided_offline(version: OcppVersion) -> None:
    world = booted(version)
    world.csms.scripts[Authorize] = lambda _: Silence()
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(1)

    world.csms.go_down()
    world.run_for(5)

    assert world.station.state.evses[0].is_charging


@EVERY
def test_a_token_that_was_accepted_offline_and_is_not_good_is_stopped_after_the_replay(version: OcppVersion) -> None:
    world = booted(version)
    start = world.csms.start
    world.csms.scripts[TransactionStart] = lambda message: TransactionReply(
        start(message).transaction_id, IdTokenInfo(AuthorizationStatus.INVALID)
    )
    world.csms.go_down()
    world.run_for(1)
    world.station.plug_in(1, car())
    world.station.present_token(1, TOKEN)
    world.run_for(60)

    world.csms.is_down = False
    world.run_until(lambda: world.csms.of(TransactionEnd), within_s=100)

    assert world.csms.of(TransactionEnd)[0].stopped_reason == "DeAuthorized"


def test_an_overflowing_queue_keeps_starts_and_ends() -> None:
    world = booted(OcppVersion.V201)
    world.station.state.outbox._bound = 10
    world.csms.go_down()
    world.run_for(1)
    for _ in range(3):
        world.station.plug_in(1, car())
        world.station.present_token(1, TOKEN)
        world.run_for(200)
        world.station.unplug(1)

    world.csms.is_down = False
    world.run_until(lambda: len(world.csms.of(TransactionEnd)) == 3, within_s=200)

    assert len(world.csms.of(TransactionStart)) == 3
    assert len(transaction_events(world.csms)) == 10


def test_reconnecting_backs_off() -> None:
    world = booted(OcppVersion.V16)
    world.csms.go_down()
    attempts: list[float] = []
    connect = world.csms.connect
    world.station._network = type(
        "Counted", (), {"connect": lambda _, r: (attempts.append(world.clock.now()), connect(r))}
    )()

    world.run_for(300)

    gaps = [later - earlier for earlier, later in pairwise(attempts)]
    assert 8 <= len(attempts) <= 14
    assert gaps[-1] > 25 > 5 > gaps[0]
