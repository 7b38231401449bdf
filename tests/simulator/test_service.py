"""In and out of service, unlocked, reserved, known by heart, configured: what a 1.6 station does as it is told."""

from datetime import timedelta
from typing import Any

import pytest

from protocol.blocks.authorization.messages import Authorize, AuthorizeReply, ClearCache
from protocol.blocks.availability.messages import (
    ChangeAvailability,
    Heartbeat,
    OperationalStatus,
    StatusNotification,
)
from protocol.blocks.data_transfer.messages import DataTransfer
from protocol.blocks.local_auth_list.messages import (
    GetLocalListVersion,
    ListUpdate,
    LocalListEntry,
    SendLocalList,
)
from protocol.blocks.meter_values.messages import MeterValues
from protocol.blocks.provisioning.keys_v16 import find_flaw
from protocol.blocks.provisioning.messages import (
    GetVariables,
    Reset,
    ResetKind,
    SetVariables,
    VariableAssignment,
    VariableName,
)
from protocol.blocks.remote_control.messages import RequestStart, UnlockConnector
from protocol.blocks.reservation.messages import CancelReservation, ReserveNow
from protocol.blocks.transactions.messages import TransactionEnd, TransactionReply, TransactionStart
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.identifiers import IdToken, TransactionId
from protocol.domain.status import ConnectorStatus
from protocol.domain.version import OcppVersion
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import TOKEN, booted, car
from tests.simulator.test_commands import ask, charging

V16 = OcppVersion.V16
OUT, IN = OperationalStatus.INOPERATIVE, OperationalStatus.OPERATIVE
FAMILY = IdToken("FAMILY")
ACCEPTED = IdTokenInfo(AuthorizationStatus.ACCEPTED)
BLOCKED = IdTokenInfo(AuthorizationStatus.BLOCKED)


def answer(world: World, message: object, *, seconds: float = 1.0) -> str:
    reply: Any = ask(world, message, seconds=seconds)
    return str(reply.status)


def told(world: World, evse: int | None = 1) -> ConnectorStatus:
    statuses = [message.status for message in world.csms.of(StatusNotification) if message.evse == evse]
    return statuses[-1]


def present(world: World, token: IdToken = TOKEN, *, seconds: float = 5.0) -> None:
    world.station.present_token(1, token)
    world.run_for(seconds)


class TestAvailability:
    def test_evse_goes_out_of_service_and_comes_back(self) -> None:
        world = booted(V16)

        assert answer(world, ChangeAvailability(OUT, evse=1)) == "Accepted"
        world.station.plug_in(1, car())
        present(world)
        assert told(world) is ConnectorStatus.UNAVAILABLE
        assert answer(world, RequestStart(TOKEN, 1, evse=1)) == "Rejected"
        assert world.csms.of(TransactionStart) == []

        assert answer(world, ChangeAvailability(IN, evse=1)) == "Accepted"
        present(world)
        assert len(world.csms.of(TransactionStart)) == 1

    def test_change_waits_for_the_end_of_a_charge(self) -> None:
        world = charging(V16)

        assert answer(world, ChangeAvailability(OUT, evse=1)) == "Scheduled"
        assert world.station.state.evses[0].is_charging
        world.station.unplug(1)
        world.run_for(2)

        assert told(world) is ConnectorStatus.UNAVAILABLE

    def test_change_that_waits_can_be_taken_back(self) -> None:
        world = charging(V16)
        answer(world, ChangeAvailability(OUT, evse=1))

        assert answer(world, ChangeAvailability(IN, evse=1)) == "Accepted"
        world.station.unplug(1)
        world.run_for(2)

        assert told(world) is ConnectorStatus.AVAILABLE

    def test_whole_station_goes_out_of_service_and_stays_so_over_a_reset(self) -> None:
        world = booted(V16, evse_count=2)

        assert answer(world, ChangeAvailability(OUT)) == "Accepted"
        assert [told(world, evse) for evse in (None, 1, 2)] == [ConnectorStatus.UNAVAILABLE] * 3
        answer(world, Reset(ResetKind.IMMEDIATE), seconds=15)

        assert [told(world, evse) for evse in (None, 1, 2)] == [ConnectorStatus.UNAVAILABLE] * 3

    def test_who_waits_for_a_cable_waits_no_longer(self) -> None:
        world = booted(V16)
        answer(world, RequestStart(TOKEN, 1, evse=1))
        answer(world, ChangeAvailability(OUT, evse=1))

        world.station.plug_in(1, car())
        world.run_for(5)

        assert world.csms.of(TransactionStart) == []

    def test_evse_that_is_not_there_is_rejected(self) -> None:
        assert answer(booted(V16), ChangeAvailability(OUT, evse=9)) == "Rejected"


class TestUnlock:
    def test_unlock_stops_the_transaction_for_its_own_reason(self) -> None:
        world = charging(V16)

        assert answer(world, UnlockConnector(1)) == "Unlocked"

        assert len(world.csms.of(TransactionEnd)) == 1
        assert '"reason":"UnlockCommand"' in " ".join(world.csms.frames["CP1"])

    def test_idle_connector_is_unlocked_and_a_missing_one_not_supported(self) -> None:
        world = booted(V16)

        assert answer(world, UnlockConnector(1)) == "Unlocked"
        assert answer(world, UnlockConnector(0)) == "NotSupported"
        assert world.csms.of(TransactionEnd) == []

    def test_a_201_station_refuses_while_a_transaction_runs(self) -> None:
        world = charging(OcppVersion.V201)

        reply: Any = world.station.station.answer(UnlockConnector(1), world.clock.now())

        assert reply.status == "OngoingAuthorizedTransaction"
        assert world.station.state.evses[0].is_charging


class TestLocalList:
    def send(self, world: World, version: int, update: ListUpdate, **entries: IdTokenInfo | None) -> str:
        rows = tuple(LocalListEntry(IdToken(value), info) for value, info in entries.items())
        return answer(world, SendLocalList(version, update, rows))

    def version(self, world: World) -> int:
        reply: Any = ask(world, GetLocalListVersion())
        return int(reply.version)

    def test_list_is_sent_whole_then_changed(self) -> None:
        world = booted(V16)
        assert self.version(world) == 0

        assert self.send(world, 5, ListUpdate.FULL, A=ACCEPTED, B=BLOCKED) == "Accepted"
        assert self.send(world, 6, ListUpdate.DIFFERENTIAL, B=None, C=ACCEPTED) == "Accepted"

        assert self.version(world) == 6
        assert world.station.state.local_list.verdicts.keys() == {"A", "C"}

    @pytest.mark.parametrize("version", [5, 4])
    def test_difference_to_no_later_version_mismatches(self, version: int) -> None:
        world = booted(V16)
        self.send(world, 5, ListUpdate.FULL, A=ACCEPTED)

        assert self.send(world, version, ListUpdate.DIFFERENTIAL, B=ACCEPTED) == "VersionMismatch"
        assert self.version(world) == 5
        assert world.station.state.local_list.verdicts.keys() == {"A"}

    def test_whole_list_with_a_token_without_verdict_fails_and_changes_nothing(self) -> None:
        world = booted(V16)
        self.send(world, 5, ListUpdate.FULL, A=ACCEPTED)

        assert self.send(world, 6, ListUpdate.FULL, B=None) == "Failed"
        assert self.version(world) == 5

    def test_listed_token_starts_without_a_question_where_the_station_pre_authorizes(self) -> None:
        world = booted(V16)
        self.send(world, 1, ListUpdate.FULL, abc123=ACCEPTED)
        world.station.plug_in(1, car())
        answer_of_key(world, "LocalPreAuthorize", "true")

        present(world)

        assert world.csms.of(Authorize) == []
        assert len(world.csms.of(TransactionStart)) == 1

    def test_listed_token_that_is_blocked_is_asked_about_online_and_refused_offline(self) -> None:
        world = booted(V16)
        self.send(world, 1, ListUpdate.FULL, ABC123=BLOCKED)
        answer_of_key(world, "LocalPreAuthorize", "true")
        world.station.plug_in(1, car())
        world.csms.go_down()
        world.run_for(1)
        present(world)
        assert world.station.state.evses[0].transaction is None

        world.csms.is_down = False
        world.run_until(lambda: world.station.state.is_online, within_s=100)
        world.run_for(5)
        present(world)

        assert len(world.csms.of(Authorize)) == 1
        assert len(world.csms.of(TransactionStart)) == 1

    def test_entry_that_has_expired_says_so(self) -> None:
        world = booted(V16)
        self.send(world, 1, ListUpdate.FULL, ABC123=IdTokenInfo(AuthorizationStatus.ACCEPTED, world.csms.now))
        world.csms.go_down()
        world.station.plug_in(1, car())
        world.run_for(1)

        present(world)

        assert world.station.state.evses[0].transaction is None

    def test_token_of_the_same_group_stops_the_charge(self) -> None:
        world = booted(V16)
        info = IdTokenInfo(AuthorizationStatus.ACCEPTED, group=FAMILY)
        self.send(world, 1, ListUpdate.FULL, SPOUSE=info, OTHER=ACCEPTED)
        world.csms.scripts[Authorize] = lambda _: AuthorizeReply(info)
        world.station.plug_in(1, car())
        present(world)

        present(world, IdToken("OTHER"))
        assert world.csms.of(TransactionEnd) == []
        present(world, IdToken("SPOUSE"))

        assert len(world.csms.of(TransactionEnd)) == 1

    def test_station_without_a_list_says_so(self) -> None:
        world = booted(V16)
        answer_of_key(world, "LocalAuthListEnabled", "false")

        assert self.version(world) == -1
        assert self.send(world, 1, ListUpdate.FULL, A=ACCEPTED) == "NotSupported"


class TestCache:
    def offline_with_a_refused_token(self, *, clears: bool) -> World:
        world = booted(V16)
        world.csms.scripts[Authorize] = lambda _: AuthorizeReply(BLOCKED)
        world.station.plug_in(1, car())
        present(world)
        if clears:
            assert answer(world, ClearCache()) == "Accepted"
        world.csms.go_down()
        world.run_for(1)
        present(world)
        return world

    def test_refusal_is_remembered_until_the_cache_is_cleared(self) -> None:
        remembering = self.offline_with_a_refused_token(clears=False)
        forgetful = self.offline_with_a_refused_token(clears=True)

        assert remembering.station.state.evses[0].transaction is None
        assert forgetful.station.state.evses[0].transaction is not None

    def test_station_without_a_cache_rejects(self) -> None:
        world = booted(V16)
        answer_of_key(world, "AuthorizationCacheEnabled", "false")

        assert answer(world, ClearCache()) == "Rejected"

    def test_answer_to_a_start_is_remembered(self) -> None:
        world = booted(V16)
        refusal = TransactionReply(TransactionId("5"), IdTokenInfo(AuthorizationStatus.INVALID))
        world.csms.scripts[TransactionStart] = lambda _: refusal
        world.station.plug_in(1, car())

        present(world)

        assert world.station.state.cache.verdicts["ABC123"].status is AuthorizationStatus.INVALID


class TestReservation:
    def reserve(self, world: World, *, reservation_id: int = 7, seconds: int = 600, **fields: Any) -> str:
        expires_at = world.csms.now + timedelta(seconds=seconds)
        return answer(world, ReserveNow(reservation_id, expires_at, TOKEN, **({"evse": 1} | fields)))

    def test_reserved_evse_serves_its_token_alone_and_once(self) -> None:
        world = booted(V16)

        assert self.reserve(world) == "Accepted"
        assert told(world) is ConnectorStatus.RESERVED
        present(world, IdToken("OTHER"))
        world.station.plug_in(1, car())
        present(world, IdToken("OTHER"))
        assert world.csms.of(TransactionStart) == []

        present(world)
        (start,) = world.csms.of(TransactionStart)
        assert (start.id_token, start.reservation_id) == (TOKEN, 7)
        assert world.station.state.evses[0].reservation is None

    def test_token_of_the_group_starts_too(self) -> None:
        world = booted(V16)
        self.reserve(world, group=FAMILY)
        info = IdTokenInfo(AuthorizationStatus.ACCEPTED, group=IdToken("family"))
        world.csms.scripts[Authorize] = lambda _: AuthorizeReply(info)
        world.station.plug_in(1, car())

        present(world, IdToken("SPOUSE"))

        assert [start.reservation_id for start in world.csms.of(TransactionStart)] == [7]

    def test_reservation_expires(self) -> None:
        world = booted(V16)
        self.reserve(world, seconds=60)

        world.run_for(62)

        assert told(world) is ConnectorStatus.AVAILABLE
        present(world, IdToken("OTHER"))
        assert world.station.state.evses[0].grant is not None

    def test_reservation_outlives_a_reset_and_expires_after_it(self) -> None:
        world = booted(V16)
        self.reserve(world, seconds=60)

        answer(world, Reset(ResetKind.IMMEDIATE), seconds=20)
        assert told(world) is ConnectorStatus.RESERVED
        world.run_for(45)

        assert told(world) is ConnectorStatus.AVAILABLE

    def test_remote_start_for_another_is_rejected_and_for_him_takes_his_evse(self) -> None:
        world = booted(V16, evse_count=2)
        self.reserve(world, evse=2)

        assert answer(world, RequestStart(IdToken("OTHER"), 1, evse=2)) == "Rejected"
        assert answer(world, RequestStart(TOKEN, 1)) == "Accepted"

        assert world.station.state.evses[1].grant is not None

    def test_cancelled_reservation_frees_the_evse_once(self) -> None:
        world = booted(V16)
        self.reserve(world)

        assert answer(world, CancelReservation(7)) == "Accepted"
        assert answer(world, CancelReservation(7)) == "Rejected"
        assert told(world) is ConnectorStatus.AVAILABLE

    def test_same_id_moves_the_reservation_and_another_finds_it_occupied(self) -> None:
        world = booted(V16, evse_count=2)
        self.reserve(world)

        assert self.reserve(world, reservation_id=8) == "Occupied"
        assert self.reserve(world, evse=2) == "Accepted"

        assert [evse.reservation is not None for evse in world.station.state.evses] == [False, True]

    def test_what_cannot_be_reserved_is_refused_with_its_word(self) -> None:
        world = booted(V16, evse_count=2)
        world.station.plug_in(1, car())
        answer(world, ChangeAvailability(OUT, evse=2))

        assert self.reserve(world) == "Occupied"
        assert self.reserve(world, evse=2) == "Unavailable"
        assert self.reserve(world, evse=None) == "Rejected"
        assert self.reserve(world, seconds=-1) == "Rejected"


def set_key(key: str, value: str) -> SetVariables:
    return SetVariables((VariableAssignment(VariableName(key), value),))


def answer_of_key(world: World, key: str, value: str) -> str:
    reply: Any = ask(world, set_key(key, value))
    return str(reply.results[0].status)


def value_of(world: World, key: str) -> str | None:
    reply: Any = ask(world, GetVariables((VariableName(key),)))
    return reply.results[0].value  # type: ignore[no-any-return]


# OCPP 1.6 §9.1 to §9.4, and the Security whitepaper §2: those that a station with these profiles must have.
REQUIRED_KEYS = frozenset(
    (
        *("AuthorizeRemoteTxRequests", "ClockAlignedDataInterval", "ConnectionTimeOut", "ConnectorPhaseRotation"),
        *("GetConfigurationMaxKeys", "HeartbeatInterval", "LocalAuthorizeOffline", "LocalPreAuthorize"),
        *("MeterValuesAlignedData", "MeterValuesSampledData", "MeterValueSampleInterval", "NumberOfConnectors"),
        *("ResetRetries", "StopTransactionOnEVSideDisconnect", "StopTransactionOnInvalidId", "StopTxnAlignedData"),
        *("StopTxnSampledData", "SupportedFeatureProfiles", "TransactionMessageAttempts"),
        *("TransactionMessageRetryInterval", "UnlockConnectorOnEVSideDisconnect", "LocalAuthListEnabled"),
        *("LocalAuthListMaxLength", "SendLocalListMaxLength", "ChargeProfileMaxStackLevel"),
        *("ChargingScheduleAllowedChargingRateUnit", "ChargingScheduleMaxPeriods", "MaxChargingProfilesInstalled"),
        *("AuthorizationKey", "SecurityProfile", "CpoName"),
    )
)


class TestConfiguration:
    def test_key_that_is_set_reads_so_and_is_followed_at_once(self) -> None:
        world = charging(V16)
        world.run_for(5)

        assert answer_of_key(world, "metervaluesampleinterval", "5") == "Accepted"
        assert answer_of_key(world, "MeterValuesSampledData", "Voltage") == "Accepted"
        before = len(world.csms.of(MeterValues))
        world.run_for(21)

        assert value_of(world, "MeterValueSampleInterval") == "5"
        samples = world.csms.of(MeterValues)[before:]
        assert len(samples) == 4
        assert {r.measurand for r in samples[-1].meter_values[0].readings} == {"Voltage"}

    def test_heartbeat_follows_its_key(self) -> None:
        world = booted(V16)
        answer_of_key(world, "HeartbeatInterval", "10")

        world.run_for(45)

        assert len(world.csms.of(Heartbeat)) == 4

    @pytest.mark.parametrize(
        ("key", "value", "status"),
        [
            ("NumberOfConnectors", "2", "Rejected"),
            ("HeartbeatInterval", "often", "Rejected"),
            ("HeartbeatInterval", "-1", "Rejected"),
            ("HeartbeatInterval", "9" * 400, "Rejected"),
            ("LocalPreAuthorize", "maybe", "Rejected"),
            ("MeterValuesSampledData", "Temperature", "Rejected"),
            ("NoSuchKey", "1", "UnknownVariable"),
        ],
    )
    def test_what_cannot_be_set_stays_as_it_was(self, key: str, value: str, status: str) -> None:
        world = booted(V16)
        before = value_of(world, key)

        assert answer_of_key(world, key, value) == status
        assert value_of(world, key) == before

    def test_key_that_needs_a_reboot_holds_after_it(self) -> None:
        world = booted(V16)

        assert answer_of_key(world, "MessageTimeout", "7") == "RebootRequired"
        assert answer_of_key(world, "LocalPreAuthorize", "true") == "Accepted"
        assert value_of(world, "MessageTimeout") == "30"
        answer(world, Reset(ResetKind.IMMEDIATE), seconds=20)

        assert value_of(world, "MessageTimeout") == "7"
        assert value_of(world, "LocalPreAuthorize") == "true"

    def test_keys_that_the_standard_wants_are_all_there(self) -> None:
        world = booted(V16)
        reply: Any = ask(world, GetVariables())

        known = {result.name.variable for result in reply.results}

        assert known >= REQUIRED_KEYS

    def test_every_value_is_what_the_standard_says_it_is(self) -> None:
        world = booted(V16)
        reply: Any = ask(world, GetVariables())

        flaws = {
            one.name.variable: find_flaw(one.name.variable, one.value) for one in reply.results if one.value is not None
        }

        assert {key: flaw for key, flaw in flaws.items() if flaw is not None} == {}

    def test_cache_says_nothing_offline_where_the_key_forbids_it(self) -> None:
        world = charging(V16)
        world.station.present_token(1, TOKEN)
        world.run_for(5)
        answer_of_key(world, "LocalAuthorizeOffline", "false")
        answer_of_key(world, "AllowOfflineTxForUnknownId", "false")
        world.csms.go_down()
        world.run_for(5)

        world.station.present_token(1, TOKEN)
        world.run_for(5)
        assert world.station.state.evses[0].transaction is None

    def test_readings_are_said_at_whole_intervals_of_the_clock(self) -> None:
        world = booted(V16)
        answer_of_key(world, "MeterValuesAlignedData", "Energy.Active.Import.Register,Voltage")

        answer_of_key(world, "ClockAlignedDataInterval", "60")
        world.run_for(200)

        values = [message.meter_values[0] for message in world.csms.of(MeterValues)]
        assert [value.measured_at.second for value in values] == [0, 0, 0]
        assert {reading.context for value in values for reading in value.readings} == {"Sample.Clock"}
        assert {reading.measurand for reading in values[0].readings} == {"Energy.Active.Import.Register", "Voltage"}

    def test_end_says_what_its_key_wants(self) -> None:
        world = charging(V16)
        answer_of_key(world, "StopTxnSampledData", "Voltage")

        world.station.present_token(1, TOKEN)
        world.run_for(5)

        (end,) = world.csms.of(TransactionEnd)
        said = {reading.measurand: reading.value for reading in end.meter_values[0].readings}
        assert set(said) == {"Energy.Active.Import.Register", "Voltage"}
        assert said["Energy.Active.Import.Register"] == end.meter_wh

    def test_keys_say_whether_they_can_be_set(self) -> None:
        world = booted(V16)
        reply: Any = ask(world, GetVariables())
        readonly = {one.name.variable: one.is_readonly for one in reply.results if one.value is not None}

        for key, is_readonly in readonly.items():
            status = answer_of_key(world, key, value_of(world, key) or "")
            assert (status == "Rejected") == is_readonly


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (DataTransfer("Chargeyard", "Echo", "hello"), ("Accepted", "hello")),
        (DataTransfer("Chargeyard", "Sing"), ("UnknownMessageId", None)),
        (DataTransfer("org.nobody", "Echo"), ("UnknownVendorId", None)),
    ],
)
def test_vendor_message_is_answered_with_a_result(message: DataTransfer, expected: tuple[str, str | None]) -> None:
    reply: Any = ask(booted(V16), message)

    assert (reply.status, reply.data) == expected
