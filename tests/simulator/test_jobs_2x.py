"""What a 2.x station tells and forgets of customers, offers to others, resets by itself, and keeps for a payer."""

from typing import Any

import pytest

from protocol.blocks.authorization.messages import Authorize
from protocol.blocks.availability.messages import StatusNotification
from protocol.blocks.diagnostics.messages import CustomerInformation, NotifyCustomerInformation
from protocol.blocks.firmware.messages import (
    PublicationStatus,
    PublishFirmware,
    PublishFirmwareStatusNotification,
    UnpublishFirmware,
)
from protocol.blocks.payment.messages import WebPaymentStarted
from protocol.blocks.provisioning.messages import BootNotification, Reset, ResetKind
from protocol.blocks.remote_control.messages import RequestStart, TriggerKind, TriggerMessage
from protocol.blocks.transactions.messages import TransactionEnd, TransactionStart, TransactionUpdate
from protocol.domain.commands import Heard
from protocol.domain.identifiers import IdToken
from protocol.domain.status import ConnectorStatus
from protocol.domain.version import OcppVersion
from simulator.state import Happening
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import TOKEN, booted, car
from tests.simulator.test_commands import ask, charging

V201, V21 = OcppVersion.V201, OcppVersion.V21
TWO = pytest.mark.parametrize("version", [V201, V21])
DIGEST = "0123456789abcdef0123456789ABCDEF"
PUBLISH = PublishFirmware(location="https://files.example/9.bin", checksum=DIGEST, request_id=8)
P = PublicationStatus


def status(world: World, message: object, *, seconds: float = 1.0) -> str:
    return str(ask(world, message, seconds=seconds).status)  # type: ignore[attr-defined]


def about(**fields: Any) -> CustomerInformation:
    defaults = {"request_id": 3, "is_reported": True, "is_cleared": False, "id_token": TOKEN}
    return CustomerInformation(**(defaults | fields))


class TestCustomerInformation:
    @TWO
    def test_what_is_known_of_a_token_is_told(self, version: OcppVersion) -> None:
        world = charging(version)

        assert status(world, about()) == "Accepted"

        (part,) = world.csms.of(NotifyCustomerInformation)
        assert (part.request_id, part.seq_no, part.is_last) == (3, 0, True)
        assert part.data.splitlines()[0] == "cache: Accepted"
        assert part.data.splitlines()[1].startswith("transaction ")

    def test_what_may_be_forgotten_is_forgotten(self) -> None:
        world = charging(V201)
        world.station.present_token(1, TOKEN)
        world.run_for(5)

        status(world, about(is_cleared=True))
        status(world, about())

        first, second = (part.data for part in world.csms.of(NotifyCustomerInformation))
        assert first.startswith("cache:")
        assert second == "Nothing is known of this customer."
        assert world.station.state.cache.verdicts == {}

    def test_nothing_is_told_where_only_forgetting_is_asked_for(self) -> None:
        world = charging(V201)

        assert status(world, about(is_reported=False, is_cleared=True)) == "Accepted"

        assert world.csms.of(NotifyCustomerInformation) == []

    def test_customer_of_no_name_or_two_is_no_customer(self) -> None:
        world = booted(V201)

        assert status(world, about(id_token=None)) == "Invalid"
        assert status(world, about(customer_identifier="Ann")) == "Invalid"
        assert status(world, about(is_reported=False)) == "Rejected"


class TestPublication:
    @TWO
    def test_firmware_is_downloaded_verified_and_offered_until_it_is_not(self, version: OcppVersion) -> None:
        world = booted(version)

        assert status(world, PUBLISH) == "Accepted"
        assert status(world, UnpublishFirmware(DIGEST)) == "DownloadOngoing"
        world.run_for(60)
        told = world.csms.of(PublishFirmwareStatusNotification)
        assert [one.status for one in told] == [P.DOWNLOADING, P.DOWNLOADED, P.CHECKSUM_VERIFIED, P.PUBLISHED]
        assert {one.request_id for one in told} == {8}
        assert [bool(one.locations) for one in told] == [False, False, False, True]
        assert status(world, TriggerMessage(TriggerKind.PUBLISH_FIRMWARE_STATUS_NOTIFICATION)) == "Accepted"
        assert world.csms.of(PublishFirmwareStatusNotification)[-1] == told[-1]

        assert status(world, UnpublishFirmware(DIGEST.lower())) == "Unpublished"
        assert status(world, UnpublishFirmware(DIGEST)) == "NoFirmware"

    def test_order_without_a_digest_or_a_place_is_rejected(self) -> None:
        world = booted(V201)

        assert status(world, PublishFirmware(location=PUBLISH.location, checksum="abc", request_id=1)) == "Rejected"
        for location in ("files", "http://[fw/x.bin"):
            assert status(world, PublishFirmware(location=location, checksum=DIGEST, request_id=1)) == "Rejected"


class TestResetOfAnEvse:
    def connector_states(self, world: World, evse: int) -> list[ConnectorStatus]:
        return [told.status for told in world.csms.of(StatusNotification) if told.evse == evse]

    @TWO
    def test_idle_evse_is_out_of_order_for_a_while_and_the_station_goes_on(self, version: OcppVersion) -> None:
        world = booted(version, evse_count=2)

        assert status(world, Reset(ResetKind.IMMEDIATE, evse=2), seconds=10) == "Accepted"

        unavailable = [ConnectorStatus.AVAILABLE, ConnectorStatus.UNAVAILABLE, ConnectorStatus.AVAILABLE]
        assert self.connector_states(world, 2) == unavailable
        assert self.connector_states(world, 1) == [ConnectorStatus.AVAILABLE]
        assert len(world.csms.of(BootNotification)) == 1

    def test_immediate_reset_ends_the_transaction_of_its_evse_alone(self) -> None:
        world = booted(V201, evse_count=2)
        for evse, token in ((1, TOKEN), (2, IdToken("OTHER"))):
            world.station.plug_in(evse, car())
            world.station.present_token(evse, token)
        world.run_for(10)

        assert status(world, Reset(ResetKind.IMMEDIATE, evse=1), seconds=10) == "Accepted"

        (end,) = world.csms.of(TransactionEnd)
        assert (end.evse, end.stopped_reason, end.trigger) == (1, "ImmediateReset", "ResetCommand")
        assert world.station.state.evses[1].is_charging

    def test_reset_on_idle_waits_for_the_transaction(self) -> None:
        world = charging(V201)

        assert status(world, Reset(ResetKind.ON_IDLE, evse=1), seconds=30) == "Scheduled"
        assert status(world, Reset(ResetKind.ON_IDLE, evse=1)) == "Rejected"
        assert ConnectorStatus.UNAVAILABLE not in self.connector_states(world, 1)
        world.station.present_token(1, TOKEN)
        world.run_for(10)

        assert self.connector_states(world, 1)[-2:] == [ConnectorStatus.UNAVAILABLE, ConnectorStatus.OCCUPIED]

    def test_evse_that_resets_or_is_not_there_is_no_place_to_start(self) -> None:
        world = booted(V201)
        status(world, Reset(ResetKind.IMMEDIATE, evse=1), seconds=0.5)

        assert status(world, RequestStart(TOKEN, remote_start_id=1, evse=1), seconds=0.5) == "Rejected"
        assert status(world, Reset(ResetKind.IMMEDIATE, evse=7)) == "Rejected"

    def test_transaction_outlives_a_reset_that_resumes(self) -> None:
        world = charging(V21)
        before_wh = world.station.state.evses[0].meter.register_wh

        assert status(world, Reset(ResetKind.IMMEDIATE_AND_RESUME)) == "Accepted"
        world.run_until(lambda: world.station.state.is_rebooting)
        world.run_for(1)
        dark_wh = [world.station.state.evses[0].meter.power_mw]
        world.run_for(60)

        assert dark_wh == [0]
        assert len(world.csms.of(BootNotification)) == 2
        assert world.csms.of(TransactionEnd) == []
        assert len(world.csms.of(TransactionStart)) == 1
        resumed = [one for one in world.csms.of(TransactionUpdate) if one.trigger == "TxResumed"]
        assert len(resumed) == 1
        assert world.station.state.evses[0].meter.register_wh > before_wh
        assert world.station.state.evses[0].is_charging


class TestPaymentByWeb:
    def test_evse_is_kept_for_the_payer_until_the_csms_starts(self) -> None:
        world = booted(V21)
        assert ask(world, WebPaymentStarted(1, 60)) == Heard()
        world.station.plug_in(1, car())

        world.station.present_token(1, TOKEN)
        world.run_for(5)
        assert world.csms.of(Authorize) == []
        assert Happening.TOKEN_REFUSED in world.events
        assert status(world, RequestStart(IdToken("PAID"), remote_start_id=5, evse=1), seconds=5) == "Accepted"

        assert [start.id_token.value for start in world.csms.of(TransactionStart)] == ["PAID"]

    def test_evse_is_free_again_after_the_time(self) -> None:
        world = booted(V21)
        ask(world, WebPaymentStarted(1, 60))
        world.run_for(61)
        world.station.plug_in(1, car())

        world.station.present_token(1, TOKEN)
        world.run_for(5)

        assert len(world.csms.of(TransactionStart)) == 1


@pytest.mark.parametrize(
    "action", ["AFRRSignal", "SetDERControl", "GetDERControl", "ClearDERControl", "RequestBatterySwap"]
)
def test_what_a_station_without_the_feature_is_asked_is_not_supported(action: str) -> None:
    world = booted(V21)

    world.csms.raw(f'[2,"x","{action}",{{}}]')
    world.run_for(1)

    assert world.csms.frames["CP1"][-1].startswith('[4,"x","NotSupported"')
