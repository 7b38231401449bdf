"""Every route, in both directions: wire text to our words and back, for either side of the connection.

A sample is a request with its response as a station or a CSMS would write them. What a dialect approximates has a
test of its own below.
"""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from protocol.blocks.authorization.messages import Authorize
from protocol.blocks.availability.messages import ChangeAvailability, OperationalStatus, StatusNotification
from protocol.blocks.certificates.messages import (
    CertificateSigned,
    GetInstalledCertificates,
    InstallCertificate,
    SignCertificate,
)
from protocol.blocks.data_transfer.messages import DataTransfer
from protocol.blocks.diagnostics.messages import DiagnosticsStatusNotification, LogStatus
from protocol.blocks.display_message.messages import (
    DisplayMessage,
    GetDisplayMessages,
    MessagePriority,
    MessageState,
    SetDisplayMessage,
)
from protocol.blocks.firmware.messages import (
    FirmwareStatus,
    FirmwareStatusNotification,
    PublishFirmware,
    SignedUpdateFirmware,
    UpdateFirmware,
)
from protocol.blocks.local_auth_list.messages import GetLocalListVersion, LocalListVersionReply
from protocol.blocks.monitoring.messages import (
    ClearVariableMonitoring,
    MonitorKind,
    MonitorOrder,
    SetVariableMonitoring,
)
from protocol.blocks.provisioning.messages import (
    GetVariables,
    NetworkProfile,
    NotifyReport,
    Reset,
    ResetKind,
    SetNetworkProfile,
    SetVariableResult,
    SetVariables,
    SetVariablesReply,
    SetVariableStatus,
    VariableAssignment,
    VariableName,
)
from protocol.blocks.remote_control.messages import (
    ExtendedTriggerMessage,
    RequestStart,
    TriggerKind,
    TriggerMessage,
    UnlockConnector,
)
from protocol.blocks.reservation.messages import ReservationEnd, ReservationStatusUpdate, ReserveNow
from protocol.blocks.smart_charging.messages import ClearChargingProfile, GetChargingProfiles, SetChargingProfile
from protocol.blocks.transactions.messages import TransactionEnd, TransactionStart, TransactionUpdate
from protocol.dialects.words import in_base_unit
from protocol.domain.authorization import AuthorizationStatus, IdTokenInfo
from protocol.domain.certificates import CertificateUse, SigningUse
from protocol.domain.charging_profile import (
    ChargingPeriod,
    ChargingProfile,
    ChargingSchedule,
    ProfileKind,
    ProfilePurpose,
    RateUnit,
    SalesTariff,
    SalesTariffEntry,
)
from protocol.domain.commands import CommandReply
from protocol.domain.device_model import AttributeType
from protocol.domain.identifiers import IdToken, IdTokenType, TransactionId
from protocol.domain.metering import import_register_wh
from protocol.domain.status import ChargingState, ConnectorStatus
from protocol.domain.time import parse_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import ActionNotImplemented, ActionNotSupported, NotExpressible, PropertyConstraintViolation
from protocol.versions import ACTIONS, NOT_SUPPORTED, ROUTES, route_of_action, route_of_message
from protocol.wire import codec
from tests.protocol.blocks.samples import v16, v21, v201
from tests.protocol.blocks.samples.moment import T
from tests.protocol.blocks.samples.v16 import PROFILE_16, SCHEDULE_16

PROFILE = ChargingProfile(
    profile_id=1,
    stack_level=0,
    purpose=ProfilePurpose.TX,
    kind=ProfileKind.RELATIVE,
    schedule=ChargingSchedule(RateUnit.AMPERES, (ChargingPeriod(0, Decimal("15.99")),)),
)
WITH_TARIFF = replace(PROFILE.schedule, sales_tariff=SalesTariff(1, (SalesTariffEntry(0),)))
NO_LIMIT = replace(PROFILE.schedule, periods=(ChargingPeriod(0, None),))
WITH_MODE = replace(PROFILE.schedule, periods=(ChargingPeriod(0, Decimal(1), mode="ChargingOnly"),))
SAMPLES: dict[OcppVersion, dict[str, Any]] = {
    OcppVersion.V16: v16.SAMPLES,
    OcppVersion.V201: v201.SAMPLES,
    OcppVersion.V21: v21.SAMPLES,
}
CASES = [(version, action) for version, samples in SAMPLES.items() for action in samples]


@pytest.mark.parametrize("version", OcppVersion)
def test_every_route_has_a_sample(version: OcppVersion) -> None:
    assert SAMPLES[version].keys() == ROUTES[version].keys()


@pytest.mark.parametrize(("version", "action"), CASES)
def test_request_reads_and_writes_back_the_same(version: OcppVersion, action: str) -> None:
    route, sample = route_of_action(version, action), SAMPLES[version][action][0]

    message = route.decode_request(codec.decode(json.dumps(sample).encode(), route.request))
    written = codec.encode(route.encode_request(message))

    assert json.loads(written) == sample
    assert msgspec.json.decode(msgspec.json.encode(message), type=type(message)) == message
    assert type(message) in route.messages
    assert route_of_message(version, type(message)) is route
    codec.decode(written, route.request)


@pytest.mark.parametrize(("version", "action"), CASES)
def test_response_reads_and_writes_back_the_same(version: OcppVersion, action: str) -> None:
    route, sample = route_of_action(version, action), SAMPLES[version][action][1]

    reply = route.decode_response(codec.decode(json.dumps(sample).encode(), route.response))
    written = codec.encode(route.encode_response(reply))

    assert json.loads(written) == sample
    assert type(reply) is route.reply
    codec.decode(written, route.response)


@pytest.mark.parametrize("version", OcppVersion)
def test_every_action_has_a_route_or_is_not_supported(version: OcppVersion) -> None:
    assert ROUTES[version].keys() | NOT_SUPPORTED[version] == ACTIONS[version]
    assert not ROUTES[version].keys() & NOT_SUPPORTED[version]


def test_16_supports_every_action_that_it_knows() -> None:
    assert NOT_SUPPORTED[OcppVersion.V16] == frozenset()


def test_known_and_unknown_actions_are_told_apart() -> None:
    for version, actions in NOT_SUPPORTED.items():
        for action in actions:
            with pytest.raises(ActionNotSupported):
                route_of_action(version, action)
    with pytest.raises(ActionNotImplemented):
        route_of_action(OcppVersion.V16, "TransactionEvent")


class TestApproximationsOf16:
    """What 1.6 cannot say, and what it says otherwise."""

    def decode(self, action: str, payload: object) -> msgspec.Struct:
        route = route_of_action(OcppVersion.V16, action)
        message = route.decode_request(codec.decode(json.dumps(payload).encode(), route.request))
        assert isinstance(message, msgspec.Struct)
        return message

    def decode_readings(self, samples: list[dict[str, str]]) -> msgspec.Struct:
        values = [{"timestamp": T, "sampledValue": samples}]
        return self.decode("MeterValues", {"connectorId": 1, "meterValue": values})

    def test_connector_0_is_the_station(self) -> None:
        message = self.decode("StatusNotification", {"connectorId": 0, "errorCode": "NoError", "status": "Available"})

        assert message == StatusNotification(status=ConnectorStatus.AVAILABLE)

    @pytest.mark.parametrize(
        ("word", "state"),
        [
            ("Preparing", ChargingState.EV_CONNECTED),
            ("Charging", ChargingState.CHARGING),
            ("SuspendedEV", ChargingState.SUSPENDED_EV),
            ("SuspendedEVSE", ChargingState.SUSPENDED_EVSE),
            ("Finishing", None),
        ],
    )
    def test_one_status_word_is_two_of_ours(self, word: str, state: ChargingState | None) -> None:
        message = self.decode("StatusNotification", {"connectorId": 2, "errorCode": "NoError", "status": word})

        assert isinstance(message, StatusNotification)
        assert (message.status, message.charging_state, message.evse) == (ConnectorStatus.OCCUPIED, state, 2)

    def test_start_names_its_raw_values_and_leaves_the_number_to_the_csms(self) -> None:
        message = self.decode("StartTransaction", {"connectorId": 1, "idTag": "a", "meterStart": 5, "timestamp": T})

        assert isinstance(message, TransactionStart)
        assert message.transaction_id is None
        assert message.wire_key == ("StartTransaction", "1", "a", T, "5")
        assert message.meter_wh == "5"

    def test_default_unit_is_that_of_the_measurand_and_kilo_is_gone(self) -> None:
        samples = [{"value": "1.5", "unit": "kWh"}, {"value": "7", "measurand": "Power.Active.Import"}]
        message = self.decode_readings(samples)

        energy, power = message.meter_values[0].readings  # type: ignore[attr-defined]
        assert (energy.value, energy.unit) == ("1500", "Wh")
        assert (power.value, power.unit) == ("7", "W")

    def test_signed_data_is_no_reading(self) -> None:
        samples = [{"value": "AB==", "format": "SignedData"}, {"value": "9"}]
        message = self.decode_readings(samples)

        assert [reading.value for reading in message.meter_values[0].readings] == ["9"]  # type: ignore[attr-defined]

    @pytest.mark.parametrize("value", ["", "abc", "NaN", "inf", "1,5"])
    def test_value_that_is_no_number_is_a_violation(self, value: str) -> None:
        with pytest.raises(PropertyConstraintViolation):
            self.decode_readings([{"value": value}])

    def test_timestamp_that_is_none_is_a_violation(self) -> None:
        with pytest.raises(PropertyConstraintViolation):
            self.decode("StartTransaction", {"connectorId": 1, "idTag": "a", "meterStart": 5, "timestamp": "yesterday"})

    @pytest.mark.parametrize(
        "message",
        [
            Reset(ResetKind.IMMEDIATE, evse=1),
            GetVariables((VariableName("HeartbeatInterval", "OCPPCommCtrlr"),)),
            GetVariables((VariableName("HeartbeatInterval", instance="A"),)),
            SetVariables((VariableAssignment(VariableName("A", attribute=AttributeType.MAX_SET), "1"),)),
            RequestStart(IdToken("x" * 21), remote_start_id=1),
            TriggerMessage(TriggerKind.TRANSACTION_EVENT),
            TriggerMessage(TriggerKind.SIGN_STATION_CERTIFICATE),
            ExtendedTriggerMessage(TriggerKind.TRANSACTION_EVENT),
            UnlockConnector(evse=1, connector=2),
            SetVariables(()),
            SetVariables((VariableAssignment(VariableName("A"), "1"), VariableAssignment(VariableName("B"), "1"))),
            SetVariables((VariableAssignment(VariableName("A", "TxCtrlr"), "1"),)),
            SetVariables((VariableAssignment(VariableName("A"), "x" * 501),)),
            ReserveNow(1, parse_timestamp(T), IdToken("A"), group=IdToken("x" * 21)),
            SetChargingProfile(replace(PROFILE, transaction_id=TransactionId("abc"))),
            SetChargingProfile(replace(PROFILE, purpose=ProfilePurpose.EXTERNAL)),
            SetChargingProfile(replace(PROFILE, kind=ProfileKind.DYNAMIC)),
            SetChargingProfile(replace(PROFILE, alternatives=(PROFILE.schedule,))),
            SetChargingProfile(replace(PROFILE, schedule=WITH_TARIFF)),
            SetChargingProfile(replace(PROFILE, schedule=NO_LIMIT)),
            SetChargingProfile(replace(PROFILE, schedule=WITH_MODE)),
            ClearChargingProfile(purpose=ProfilePurpose.EXTERNAL),
            GetChargingProfiles(1),
            UpdateFirmware(location="https://x", retrieve_at=parse_timestamp(T), install_at=parse_timestamp(T)),
            PublishFirmware(location="https://x", checksum="00", request_id=1),
            CertificateSigned("PEM", SigningUse.V2G),
            SignCertificate("PEM", SigningUse.V2G),
            FirmwareStatusNotification(FirmwareStatus.SIGNATURE_VERIFIED),
            InstallCertificate(CertificateUse.V2G_ROOT, "PEM"),
            GetInstalledCertificates(),
            ChangeAvailability(OperationalStatus.OPERATIVE, evse=1, connector=2),
            TriggerMessage(TriggerKind.STATUS_NOTIFICATION, evse=1, connector=2),
            ReserveNow(1, parse_timestamp(T), IdToken("A"), connector_type="cCCS2"),
            RequestStart(IdToken("A"), remote_start_id=1, group=IdToken("FAMILY")),
            Authorize(IdToken("A"), contract_certificate="PEM"),
        ],
    )
    def test_what_16_has_no_words_for_is_refused(self, message: msgspec.Struct) -> None:
        with pytest.raises(NotExpressible):
            route_of_message(OcppVersion.V16, type(message)).encode_request(message)

    def test_limit_is_rounded_down_for_one_that_is_rounded_up_is_exceeded(self) -> None:
        route = route_of_message(OcppVersion.V16, SetChargingProfile)

        written = route.encode_request(SetChargingProfile(PROFILE))

        assert written.cs_charging_profiles.charging_schedule.charging_schedule_period[0].limit == 15.9

    @pytest.mark.parametrize("limit", [1e300, -1e10])
    def test_limit_that_no_cable_carries_is_a_violation(self, limit: float) -> None:
        schedule = SCHEDULE_16 | {"chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]}
        payload = {"connectorId": 1, "csChargingProfiles": PROFILE_16 | {"chargingSchedule": schedule}}

        with pytest.raises(PropertyConstraintViolation):
            self.decode("SetChargingProfile", payload)

    def test_two_triggers_of_a_log_status_mean_two_messages(self) -> None:
        words = [
            route_of_message(OcppVersion.V16, kind).encode_request(kind(TriggerKind.LOG_STATUS_NOTIFICATION))
            for kind in (TriggerMessage, ExtendedTriggerMessage)
        ]

        assert [word.requested_message for word in words] == ["DiagnosticsStatusNotification", "LogStatusNotification"]

    @pytest.mark.parametrize("status", LogStatus)
    def test_every_failure_of_an_upload_has_a_word_for_diagnostics(self, status: LogStatus) -> None:
        route = route_of_message(OcppVersion.V16, DiagnosticsStatusNotification)

        codec.decode(codec.encode(route.encode_request(DiagnosticsStatusNotification(status))), route.request)

    @pytest.mark.parametrize("status", SetVariableStatus)
    def test_every_outcome_of_a_setting_has_a_word(self, status: SetVariableStatus) -> None:
        route = route_of_message(OcppVersion.V16, SetVariables)
        written = route.encode_response(SetVariablesReply((SetVariableResult(status),)))

        codec.decode(codec.encode(written), route.response)

    def test_unlock_of_a_connector_that_is_not_there_is_not_supported(self) -> None:
        route = route_of_message(OcppVersion.V16, UnlockConnector)

        assert route.encode_response(CommandReply("UnknownConnector")).status == "NotSupported"

    def test_group_that_does_not_fit_is_left_out_and_the_verdict_stays(self) -> None:
        route = route_of_action(OcppVersion.V16, "Authorize")
        info = IdTokenInfo(AuthorizationStatus.ACCEPTED, group=IdToken("x" * 21))

        written = route.encode_response(route.reply(id_token_info=info))

        assert json.loads(codec.encode(written)) == {"idTagInfo": {"status": "Accepted"}}

    def test_update_has_no_route(self) -> None:
        with pytest.raises(NotExpressible):
            route_of_message(OcppVersion.V16, TransactionUpdate)

    @pytest.mark.parametrize("status", AuthorizationStatus)
    def test_every_verdict_has_a_word(self, status: AuthorizationStatus) -> None:
        route = route_of_action(OcppVersion.V16, "Authorize")
        written = route.encode_response(route.reply(id_token_info=IdTokenInfo(status)))

        codec.decode(codec.encode(written), route.response)

    @pytest.mark.parametrize("reason", ["GroundFault", "StoppedByEV", "Timeout", "MasterPass", "ImmediateReset"])
    def test_every_stopped_reason_has_a_word(self, reason: str) -> None:
        route = route_of_action(OcppVersion.V16, "StopTransaction")
        end = TransactionEnd(
            occurred_at=parse_timestamp(T),
            transaction_id=TransactionId("1"),
            stopped_reason=reason,
        )

        codec.decode(codec.encode(route.encode_request(end)), route.request)


@pytest.mark.parametrize(
    "message",
    [
        RequestStart(IdToken("x"), 1, charging_profile=replace(PROFILE, transaction_id=TransactionId("abc"))),
        RequestStart(IdToken("x"), 1, charging_profile=replace(PROFILE, purpose=ProfilePurpose.TX_DEFAULT)),
        SetChargingProfile(replace(PROFILE, purpose=ProfilePurpose.EXTERNAL)),
        SetChargingProfile(replace(PROFILE, purpose=ProfilePurpose.PRIORITY)),
        SetChargingProfile(replace(PROFILE, kind=ProfileKind.DYNAMIC)),
        SetChargingProfile(replace(PROFILE, alternatives=(PROFILE.schedule,) * 3)),
        SetChargingProfile(replace(PROFILE, max_offline_s=60)),
        SetChargingProfile(replace(PROFILE, schedule=replace(PROFILE.schedule, random_delay_s=60))),
        SetChargingProfile(replace(PROFILE, schedule=WITH_MODE)),
        SetChargingProfile(replace(PROFILE, schedule=NO_LIMIT)),
        ClearChargingProfile(purpose=ProfilePurpose.LOCAL_GENERATION),
        GetInstalledCertificates((CertificateUse.OEM_ROOT,)),
        InstallCertificate(CertificateUse.V2G_CHAIN, "PEM"),
        CertificateSigned("PEM", SigningUse.V2G_20),
        SetVariables((VariableAssignment(VariableName("A"), "1"),)),
    ],
)
def test_201_refuses_what_only_others_say(message: msgspec.Struct) -> None:
    with pytest.raises(NotExpressible):
        route_of_message(OcppVersion.V201, type(message)).encode_request(message)


@pytest.mark.parametrize("data", ["plain", '{"a":1}', ""])
def test_201_text_of_a_vendor_stays_a_text(data: str) -> None:
    route = route_of_message(OcppVersion.V201, DataTransfer)

    written = codec.encode(route.encode_request(DataTransfer("com.example", data=data)))

    assert json.loads(written)["data"] == data
    assert route.decode_request(codec.decode(written, route.request)) == DataTransfer("com.example", data=data)


@pytest.mark.parametrize("data", [None, False, 1.5, {"a": [1]}, [{}]])
def test_201_other_json_of_a_vendor_is_its_text(data: object) -> None:
    route = route_of_action(OcppVersion.V201, "DataTransfer")

    message = route.decode_request(codec.decode(json.dumps({"vendorId": "v", "data": data}).encode(), route.request))

    assert (json.loads(message.data), message.is_json) == (data, True)


def test_201_update_is_signed_by_both_its_certificate_and_its_signature() -> None:
    route = route_of_action(OcppVersion.V201, "UpdateFirmware")
    firmware = {"location": "https://x", "retrieveDateTime": T, "signingCertificate": "PEM"}

    half, whole = (
        route.decode_request(codec.decode(json.dumps({"requestId": 1, "firmware": one}).encode(), route.request))
        for one in (firmware, firmware | {"signature": "c2ln"})
    )

    assert isinstance(half, UpdateFirmware)
    assert isinstance(whole, SignedUpdateFirmware)


def test_21_period_without_a_limit_limits_nothing() -> None:
    route = route_of_action(OcppVersion.V21, "NotifyEVChargingSchedule")
    schedule = {"id": 1, "chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "setpoint": 5.0}]}
    payload = {"timeBase": T, "evseId": 1, "chargingSchedule": schedule}

    message = route.decode_request(codec.decode(json.dumps(payload).encode(), route.request))

    assert message.schedule.periods == (ChargingPeriod(0, None, setpoint=Decimal("5.0")),)


@pytest.mark.parametrize(
    "message",
    [
        ReserveNow(1, parse_timestamp(T), IdToken("A"), connector_type="cMCS"),
        ReserveNow(1, parse_timestamp(T), IdToken("x" * 37)),
        TriggerMessage(TriggerKind.STATUS_NOTIFICATION),
        ReservationStatusUpdate(1, ReservationEnd.NO_TRANSACTION),
        GetVariables(),
        GetVariables((VariableName("HeartbeatInterval"),)),
        GetVariables((VariableName("Available", "Connector", connector=1),)),
        SetVariables(()),
        SetVariables((VariableAssignment(VariableName("A", "C"), "x" * 1001),)),
        SetVariableMonitoring((MonitorOrder(VariableName("A", "C"), MonitorKind.TARGET_DELTA, 1, 3),)),
        ClearVariableMonitoring(()),
        SetDisplayMessage(DisplayMessage(message_id=1, priority=MessagePriority.IN_FRONT, content="x" * 513)),
        SetDisplayMessage(
            DisplayMessage(message_id=1, priority=MessagePriority.IN_FRONT, content="x", state=MessageState.DISCHARGING)
        ),
        GetDisplayMessages(1, state=MessageState.SUSPENDED),
        SetNetworkProfile(
            1,
            NetworkProfile(csms_url="wss://a/b", security_profile=1, interface="Any", message_timeout_s=30),
        ),
        NotifyReport(request_id=1),
    ],
    ids=lambda message: type(message).__name__,
)
def test_what_201_has_no_words_for_is_refused(message: msgspec.Struct) -> None:
    with pytest.raises(NotExpressible):
        route_of_message(OcppVersion.V201, type(message)).encode_request(message)


def test_201_has_version_0_where_16_has_no_list() -> None:
    route = route_of_message(OcppVersion.V201, GetLocalListVersion)

    assert route.encode_response(LocalListVersionReply(-1)).version_number == 0


def test_201_end_hears_its_cost_unless_it_is_told_late() -> None:
    route = route_of_action(OcppVersion.V201, "TransactionEvent")
    request = codec.decode(json.dumps(v201.SAMPLES["TransactionEvent"][0]).encode(), route.request)

    late = route.decode_request(request)
    told = route.decode_request(msgspec.structs.replace(request, offline=False))

    assert (late.hears_cost, told.hears_cost) == (False, True)


def test_201_register_of_the_deciding_context_decides() -> None:
    route = route_of_action(OcppVersion.V201, "TransactionEvent")
    samples = [
        {"value": 5, "context": "Transaction.Begin", "unitOfMeasure": {"unit": "kWh", "multiplier": -1}},
        {"value": 7},
    ]
    payload = {
        "eventType": "Started",
        "timestamp": T,
        "triggerReason": "Authorized",
        "seqNo": 0,
        "transactionInfo": {"transactionId": "a"},
        "meterValue": [{"timestamp": T, "sampledValue": [sample]} for sample in samples],
    }

    message = route.decode_request(codec.decode(json.dumps(payload).encode(), route.request))

    assert Decimal(message.meter_wh) == 500
    assert import_register_wh(message.meter_values[1]) == "7"


def decode_201_sample(sample: dict[str, Any]) -> Any:
    route = route_of_action(OcppVersion.V201, "MeterValues")
    payload = {"evseId": 1, "meterValue": [{"timestamp": T, "sampledValue": [sample]}]}
    message = route.decode_request(codec.decode(json.dumps(payload).encode(), route.request))
    return message.meter_values[0].readings[0]


@pytest.mark.parametrize(
    ("sample", "value"),
    [
        ({"value": 1e16}, "10000000000000000"),
        ({"value": 0.00001}, "0.00001"),
        ({"value": -7.25}, "-7.25"),
        ({"value": 1.5, "unitOfMeasure": {"unit": "kWh"}}, "1500"),
        ({"value": 1e-40}, "0"),
    ],
)
def test_201_sample_is_a_plain_number_in_the_base_unit(sample: dict[str, Any], value: str) -> None:
    assert decode_201_sample(sample).value == value


@pytest.mark.parametrize("sample", [{"value": 1e300}, {"value": 1e300, "unitOfMeasure": {"unit": "kWh"}}])
def test_201_sample_that_no_meter_shows_is_a_violation(sample: dict[str, Any]) -> None:
    with pytest.raises(PropertyConstraintViolation):
        decode_201_sample(sample)


def test_201_register_of_the_beginning_may_come_with_an_update() -> None:
    route = route_of_action(OcppVersion.V201, "TransactionEvent")
    sample = {"value": 7, "context": "Transaction.Begin"}
    payload = {
        "eventType": "Updated",
        "timestamp": T,
        "triggerReason": "CablePluggedIn",
        "seqNo": 1,
        "transactionInfo": {"transactionId": "a"},
        "meterValue": [{"timestamp": T, "sampledValue": [sample]}],
    }

    message = route.decode_request(codec.decode(json.dumps(payload).encode(), route.request))

    assert (message.begin_wh, message.evse) == ("7", None)


def test_21_type_of_a_token_that_nobody_knows_says_nothing() -> None:
    route = route_of_action(OcppVersion.V21, "Authorize")
    payload = b'{"idToken":{"idToken":"A1","type":"Fingerprint"}}'

    message = route.decode_request(codec.decode(payload, route.request))

    assert message.id_token == IdToken("A1", IdTokenType.UNSPECIFIED)


def test_token_without_a_type_becomes_central_in_201() -> None:
    route = route_of_message(OcppVersion.V201, RequestStart)

    written = route.encode_request(RequestStart(IdToken("x"), remote_start_id=1))

    assert written.id_token.type == IdTokenType.CENTRAL


@given(
    value=st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9),
    unit=st.sampled_from(["Wh", "kWh", "W", "kW", "A", "V", "Percent"]),
    power_of_ten=st.integers(-6, 6),
)
def test_base_unit_keeps_the_exact_value(value: Decimal, unit: str, power_of_ten: int) -> None:
    text, base = in_base_unit(format(value, "f"), unit, power_of_ten=power_of_ten)

    factor = Decimal(1000) if unit.startswith("k") else Decimal(1)
    assert Decimal(text) == value * factor * Decimal(10) ** power_of_ten
    assert not base.startswith("k")


@pytest.mark.parametrize(("value", "power_of_ten"), [("1e999", 0), ("1", 900_000), ("9" * 40, 0), ("1e29", 3)])
def test_reading_that_no_meter_shows_is_a_violation_and_no_megabyte_of_zeros(value: str, power_of_ten: int) -> None:
    with pytest.raises(PropertyConstraintViolation):
        in_base_unit(value, "Wh", power_of_ten=power_of_ten)


@pytest.mark.parametrize(("value", "power_of_ten"), [("5e-324", 0), ("0", 900_000), ("1", -900_000)])
def test_reading_below_what_a_meter_shows_is_nothing(value: str, power_of_ten: int) -> None:
    assert in_base_unit(value, "Wh", power_of_ten=power_of_ten) == ("0", "Wh")
