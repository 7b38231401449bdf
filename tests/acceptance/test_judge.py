"""The judge against the whole: our own CSMS and fleet are clean; mutants, strangers and quirky stations are not."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import pytest_asyncio
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from websockets.asyncio.server import ServerConnection

from chargeyard.demo import OPERATOR
from chargeyard.platform import Platform, free_port
from protocol.domain.identifiers import IdToken
from protocol.domain.version import OcppVersion
from simulator.conformance.certificates import new_root
from simulator.conformance.csms.table import CASES
from simulator.conformance.csms.target import Target
from simulator.conformance.drivers.rest import Rest
from simulator.conformance.hands.hand import NoHand
from simulator.conformance.judging import judge_all
from simulator.conformance.station.trials import trials_of as station_trials_of
from simulator.conformance.station.yard import Yard
from simulator.conformance.transport import listening
from simulator.conformance.verdicts import Result, Verdict
from simulator.fleet import Fleet
from simulator.inventory import CARD
from simulator.plan import FleetPlan, StationPlan
from simulator.recording import RecordingNetwork
from simulator.running import RunningStation
from simulator.vehicle import VEHICLE_MODELS, Vehicle
from tests.acceptance.independent import independent_station
from tests.acceptance.mutants import LATE_S, Mutant, call, field_is, only, proxied, result, within, without
from tests.factories.certificates import MinimalAuthority
from tests.simulator.conformance.doubles import Idle, judged, served

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

TOKEN = "JUDGE0001"
VAT_NUMBER = "DE123456789"
PATIENCE_S = 4.0


async def conform(*arguments: str | Path, folder: Path) -> tuple[int | None, str, ElementTree.Element]:
    """`chargeyard conform` as its user runs it: exit code, what it printed, and the JUnit report."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chargeyard", "conform", *arguments, "--junit", folder / "verdicts.xml"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), 420)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, out.decode(), ElementTree.parse(folder / "verdicts.xml").getroot()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> MinimalAuthority:
    """Vouches for the gateway, and for the stations whose certificates it signs."""
    return MinimalAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def more_settings(authority: MinimalAuthority) -> dict[str, str]:
    """Everything that a case may ask for is switched on."""
    server, ours = authority.issue("csms"), authority.files
    register = ours.certificate.with_name("companies.json")
    company = {"name": "Volt GmbH", "street": "Ring 1", "city": "Berlin", "country": "DE", "postal_code": "10115"}
    register.write_text(json.dumps({VAT_NUMBER: company}))
    return {
        "BILLING_PUBLIC_URL": "http://receipts.example/api/v1",
        "BILLING_VAT_REGISTER_FILE": str(register),
        "CSMS_TLS_PORT": str(free_port()),
        "CSMS_TLS_CERT_FILE": str(server.certificate),
        "CSMS_TLS_KEY_FILE": str(server.key),
        "CSMS_TLS_CLIENT_CA_FILE": str(ours.certificate),
        "CSMS_CONTRACT_PROVIDER": "sandbox",
        "STATIONS_CA_CERT_FILE": str(ours.certificate),
        "STATIONS_CA_KEY_FILE": str(ours.key),
        "STATIONS_EV_CERTIFICATES": "test",
        "STATIONS_PLANS_CHARGING": "true",
        "SESSIONS_TELLS_RUNNING_COST": "true",
        "SESSIONS_RUNNING_COST_EVERY_S": "1",
    }


def of_21_alone() -> list[str]:
    """What 2.1 adds: the cases that it takes over are played with stations of 2.0.1."""
    before = {case.id for _, cases in CASES[OcppVersion.V201] for case in cases}
    return [case.id for _, cases in CASES[OcppVersion.V21] for case in cases if case.id not in before]


@pytest.mark.timeout(450)
@pytest.mark.parametrize(
    ("version", "cases", "least"),
    [("1.6", [], 80), ("2.0.1", [], 250), ("2.1", of_21_alone(), 77)],
    ids=["1.6", "2.0.1", "2.1"],
)
async def test_our_csms_passes_every_case(
    platform: Platform,
    authority: MinimalAuthority,
    more_settings: dict[str, str],
    version: str,
    cases: list[str],
    least: int,
    tmp_path: Path,
) -> None:
    secret = tmp_path / "operator.txt"
    secret.write_text(platform.secrets.operator_password)

    code, said, report = await conform(
        *("csms", "--url", platform.station_url, "--ocpp", version, "--driver", "rest", "--jobs", "6"),
        *("--rest-url", platform.rest_url, "--operator", OPERATOR, "--password-file", secret),
        *("--tls-url", f"wss://127.0.0.1:{more_settings['CSMS_TLS_PORT']}/ocpp", "--ca", authority.files.certificate),
        *("--vat-number", VAT_NUMBER, *(f"--case={case}" for case in cases)),
        folder=tmp_path,
    )

    assert code == 0, said
    assert [report.get(name) for name in ("failures", "errors", "skipped")] == ["0", "0", "0"]
    assert int(report.get("tests", 0)) >= least


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def driver(platform: Platform) -> AsyncIterator[Rest]:
    async with Rest(platform.rest_url, operator=OPERATOR, password=platform.secrets.operator_password) as rest:
        yield rest


MUTANTS: dict[str, tuple[Mutant, str, str, str]] = {
    "an answer has another id": (
        result(lambda frame, _: only([3, "x" + frame[1], frame[2]]), "Heartbeat"),
        *("1.6", "TC_001_CSMS", "is the id of no CALL"),
    ),
    "an answer comes late": (
        result(lambda frame, _: [(LATE_S, only(frame)[0][1])], "StartTransaction"),
        *("1.6", "TC_003_CSMS", "StartTransaction was not answered within 4 s"),
    ),
    "an answer does not come": (
        result(lambda _frame, _: [], "StopTransaction"),
        *("1.6", "TC_005_1_CSMS", "StopTransaction was not answered within 4 s"),
    ),
    "an answer comes twice": (
        result(lambda frame, _: only(frame, frame), "Authorize"),
        *("1.6", "TC_004_1_CSMS", "is a second answer to Authorize"),
    ),
    "an answer comes a second time, later": (
        result(lambda frame, _: [*only(frame), (0.1, only(frame)[0][1])], "SecurityEventNotification"),
        *("1.6", "TC_078_CSMS", "is a second answer to SecurityEventNotification"),
    ),
    "an answer is to another CALL": (
        result(lambda frame, talk: only([3, talk.answered[0], frame[2]]), "Heartbeat"),
        *("1.6", "TC_001_CSMS", "is a second answer to BootNotification"),
    ),
    "an error stands for an answer": (
        result(lambda frame, _: only([4, frame[1], "InternalError", "", {}]), "MeterValues"),
        *("1.6", "TC_003_CSMS", "MeterValues was refused: InternalError"),
    ),
    "a field is missing": (
        result(without("interval"), "BootNotification"),
        *("1.6", "TC_001_CSMS", "missing required field `interval`"),
    ),
    "a field is too many": (
        result(field_is("vendor", "x"), "StatusNotification"),
        *("1.6", "TC_001_CSMS", "unknown field `vendor`"),
    ),
    "a number is a text": (
        result(field_is("transactionId", "7"), "StartTransaction"),
        *("1.6", "TC_037_1_CSMS", "Expected `int`, got `str`"),
    ),
    "a word is in lower case": (
        result(field_is("status", "accepted"), "BootNotification"),
        *("1.6", "TC_001_CSMS", "Invalid enum value"),
    ),
    "a station is rejected": (
        result(field_is("status", "Rejected"), "BootNotification"),
        *("1.6", "TC_001_CSMS", "BootNotification was answered Rejected; Accepted is due"),
    ),
    "a time has no zone": (
        result(field_is("currentTime", "2026-03-04T05:06:07"), "Heartbeat"),
        *("1.6", "TC_001_CSMS", "no time with a zone"),
    ),
    "the clock is an hour off": (
        result(field_is("currentTime", "2020-03-04T05:06:07Z"), "Heartbeat"),
        *("1.6", "TC_001_CSMS", "s from ours"),
    ),
    "every token is good": (
        result(field_is("idTagInfo", {"status": "Accepted"}), "Authorize"),
        *("1.6", "TC_023_3_CSMS", "was answered Accepted; Blocked is due"),
    ),
    "every transaction has one id": (
        result(field_is("transactionId", 7), "StartTransaction"),
        *("1.6", "TC_039_CSMS", "Two transactions have the same id: 7"),
    ),
    "an answer is no JSON": (
        result(lambda _frame, _: [(0.0, "nonsense")], "Heartbeat"),
        *("1.6", "TC_001_CSMS", "no frame of OCPP 1.6"),
    ),
    "a command says something else": (
        call(field_is("type", "Soft"), "Reset"),
        *("1.6", "TC_013_CSMS", "has the type 'Soft'; 'Hard' is due"),
    ),
    "a command is for another connector": (
        call(field_is("connectorId", 2), "UnlockConnector"),
        *("1.6", "TC_017_1_CSMS", "has the connectorId 2; 1 is due"),
    ),
    "a command is sent twice": (
        call(lambda frame, _: only(frame, frame), "ClearCache"),
        *("1.6", "TC_061_CSMS", "whose message id was used before"),
    ),
    "a second command does not wait": (
        call(lambda frame, _: only(frame, [2, "second", "ClearCache", {}]), "Reset"),
        *("1.6", "TC_014_CSMS", "while its Reset waits for an answer"),
    ),
    "a token is not judged": (
        result(without("idTokenInfo"), "TransactionEvent"),
        *("2.0.1", "TC_E_10_CSMS", "its answer no idTokenInfo"),
    ),
    "a command names the whole station": (
        call(without("evseId"), "Reset"),
        *("2.0.1", "TC_B_25_CSMS", "has no evseId; 1 is due"),
    ),
    "a group is not told": (
        result(field_is("idTokenInfo", {"status": "Accepted"}), "Authorize"),
        *("2.0.1", "TC_C_39_CSMS", "The groupIdToken is None"),
    ),
    "a master pass is a card like others": (
        result(field_is("idTokenInfo", {"status": "Accepted"}), "Authorize"),
        *("2.0.1", "TC_C_48_CSMS", "The master pass was answered without its group"),
    ),
    "a revoked contract is good": (
        result(field_is("certificateStatus", "Accepted"), "Authorize"),
        *("2.0.1", "TC_C_51_CSMS", "('Invalid', 'CertificateRevoked') is due"),
    ),
    "a list forgets the group": (
        call(within("localAuthorizationList", within("idTokenInfo", without("groupIdToken"))), "SendLocalList"),
        *("2.0.1", "TC_C_40_CSMS", "has no groupIdToken"),
    ),
    "nobody says what it cost": (
        result(without("totalCost"), "TransactionEvent"),
        *("2.0.1", "TC_I_02_CSMS", "was answered the totalCost None"),
    ),
    "a password is too short": (
        call(within("setVariableData", field_is("attributeValue", "short")), "SetVariables"),
        *("2.0.1", "TC_A_09_CSMS", "The password has 5 characters"),
    ),
    "a certificate is for another key": (
        call(field_is("certificateChain", new_root("Mutant")), "CertificateSigned"),
        *("2.0.1", "TC_A_12_CSMS", "The certificate is for another key"),
    ),
    "a certificate is for another use": (
        call(without("certificateType"), "CertificateSigned"),
        *("2.0.1", "TC_A_14_CSMS", "CertificateSigned says no kind"),
    ),
    "two requests have one id": (
        call(field_is("requestId", 5), "UpdateFirmware"),
        *("2.0.1", "TC_L_10_CSMS", "Two requests for firmware have the same id"),
    ),
    "another certificate is deleted": (
        call(within("certificateHashData", field_is("serialNumber", "20")), "DeleteCertificate"),
        *("2.0.1", "TC_M_20_CSMS", "has the serialNumber '20'; '1f' is due"),
    ),
    "a vehicle gets another's answer": (
        result(field_is("exiResponse", "AAAA"), "Get15118EVCertificate"),
        *("2.0.1", "TC_M_26_CSMS", "Two vehicles got the same exiResponse"),
    ),
    "a customer is kept": (
        call(field_is("clear", False), "CustomerInformation"),
        *("2.0.1", "TC_N_30_CSMS", "has the clear False; True is due"),
    ),
    "a monitor is milder": (
        call(within("setMonitoringData", field_is("severity", 9)), "SetVariableMonitoring"),
        *("2.0.1", "TC_N_08_CSMS", "has the severity 9; 3 is due"),
    ),
    "more monitors are reported": (
        call(without("monitoringCriteria"), "GetMonitoringReport"),
        *("2.0.1", "TC_N_01_CSMS", "has no monitoringCriteria"),
    ),
    "a plan is for nobody": (
        call(within("chargingProfile", field_is("transactionId", "nobody")), "SetChargingProfile"),
        *("2.0.1", "TC_K_53_CSMS", "The profile is for (1, 'TxProfile', 'nobody')"),
    ),
    "credit is not told": (
        result(without("transactionLimit"), "TransactionEvent"),
        *("2.1", "TC_C_103_CSMS", "was answered the transactionLimit 0"),
    ),
    "a limit is not told": (
        result(without("transactionLimit"), "TransactionEvent"),
        *("2.1", "TC_E_110_CSMS", "has no transactionLimit"),
    ),
    "a receipt is nowhere": (
        result(without("receiptUrl"), "NotifySettlement"),
        *("2.1", "TC_C_118_CSMS", "The settlement was answered without a receipt"),
    ),
    "a dynamic profile is forgotten": (
        result(field_is("scheduleUpdate", {"limit": 1.0}), "PullDynamicScheduleUpdate"),
        *("2.1", "TC_K_121_CSMS", "was answered the limit 1.0; 9000 is due"),
    ),
    "a profile has an id of others": (
        call(within("chargingProfile", field_is("id", 7)), "SetChargingProfile"),
        *("2.1", "TC_K_109_CSMS", "The profile has the id 7"),
    ),
    "every vehicle may give": (
        result(field_is("status", "Accepted"), "NotifyEVChargingNeeds"),
        *("2.1", "TC_Q_103_CSMS", "was answered Accepted; Rejected is due"),
    ),
    "everybody has a tariff": (
        result(field_is("tariff", {"tariffId": "T", "currency": "EUR"}), "Authorize"),
        *("2.1", "TC_I_109_CSMS", "A driver without a tariff of their own was told one"),
    ),
    "another control is cleared": (
        call(field_is("controlType", "VoltVar"), "ClearDERControl"),
        *("2.1", "TC_R_107_CSMS", "has the controlType 'VoltVar'; 'Gradients' is due"),
    ),
    "a reset resumes nothing": (
        call(field_is("type", "Immediate"), "Reset"),
        *("2.1", "TC_B_104_CSMS", "has the type 'Immediate'; 'ImmediateAndResume' is due"),
    ),
    "a code has no secret": (
        call(within("setVariableData", within("variable", field_is("name", "Nothing"))), "SetVariables"),
        *("2.1", "TC_C_131_CSMS", "The station was not told"),
    ),
    "a key is too short": (
        call(field_is("value", "00ff"), "ChangeConfiguration"),
        *("1.6", "TC_073_CSMS", "The AuthorizationKey has 2 bytes"),
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
async def test_mutant_of_our_csms_is_killed(platform: Platform, driver: Rest, name: str) -> None:
    mutant, version, case_id, complaint = MUTANTS[name]
    async with proxied(platform.station_url, mutant) as url:
        target = Target(url, OcppVersion(version), patience_s=PATIENCE_S)
        verdict = (await judged(target, driver, case_id))[case_id]

    assert verdict.verdict is Verdict.FAIL, verdict.reason
    assert complaint in verdict.reason


@pytest.mark.parametrize("version", ["1.6", "2.0.1", "2.1"])
async def test_proxy_that_changes_nothing_kills_nothing(platform: Platform, driver: Rest, version: str) -> None:
    cases = {case_id for _, of, case_id, _ in MUTANTS.values() if of == version}
    async with proxied(platform.station_url, lambda frame, _: only(frame)) as url:
        results = await judged(Target(url, OcppVersion(version)), driver, *cases, jobs=4)

    assert {one.case_id: one.reason for one in results.values() if one.verdict is not Verdict.PASS} == {}


class Minimal(ChargePoint):
    """A central system as the examples of the `ocpp` package begin: it knows boots, heartbeats and states."""

    @on("BootNotification")
    def on_boot(self, **_payload: Any) -> Any:
        now = datetime.now(UTC).isoformat()
        return call_result.BootNotification(current_time=now, interval=10, status="Accepted")

    @on("Heartbeat")
    def on_heartbeat(self) -> Any:
        return call_result.Heartbeat(current_time=datetime.now(UTC).isoformat())

    @on("StatusNotification")
    def on_status(self, **_payload: Any) -> Any:
        return call_result.StatusNotification()


async def serve_minimal(connection: ServerConnection) -> None:
    assert connection.request is not None
    await Minimal(connection.request.path, connection).start()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_what_a_minimal_central_system_lacks_is_named() -> None:
    async with served(serve_minimal) as url:
        results = await judged(Target(url, OcppVersion.V16, patience_s=1.0, quiet_s=0.05), Idle())

    reasons = {case_id: one.reason for case_id, one in results.items() if one.verdict is Verdict.FAIL}
    passed = {case_id for case_id, one in results.items() if one.verdict is Verdict.PASS}
    assert {"TC_001_CSMS", "TC_088_CSMS", "CY_16_UNKNOWN_ACTION", "CY_16_BOOT_TWICE"} <= passed
    assert reasons["TC_003_CSMS"].startswith("Authorize was refused: NotImplemented")
    assert reasons["TC_007_CSMS"].startswith("StartTransaction was refused: NotImplemented")
    assert reasons["TC_064_CSMS"].startswith("DataTransfer was refused: NotImplemented")
    assert reasons["TC_085_CSMS"] == "A wrong password was answered with HTTP 101; 401 is due."
    assert reasons["TC_013_CSMS"] == "The CSMS sent no Reset that fits within 0 s."
    unasked = {one.reason for one in results.values() if one.verdict is Verdict.NOT_APPLICABLE}
    assert unasked == {"No address is given where the CSMS speaks TLS."}
    assert not [one for one in results.values() if one.verdict is Verdict.ERROR]


class FleetHere:
    """A hand at the one station of a fleet in this process."""

    is_there = True

    def __init__(self, running: RunningStation) -> None:
        self._running = running

    async def plug_in(self) -> None:
        model = next(one for one in VEHICLE_MODELS if one.name == "compact car")
        self._running.plug_in(1, Vehicle(model, soc=0.2, target_soc=1.0))

    async def present_token(self, token: str) -> None:
        self._running.present_token(1, IdToken(token, CARD))

    async def unplug(self) -> None:
        self._running.unplug(1)


@asynccontextmanager
async def station(url: str, version: OcppVersion, quirks: tuple[str, ...]) -> AsyncIterator[FleetHere]:
    """A living station of our fleet that connects there."""
    stop, network = asyncio.Event(), RecordingNetwork()
    plan = FleetPlan(stations=(StationPlan("CP-1", version=version, quirks=quirks),), connect_spread_s=0.0)
    fleet = Fleet(plan, url=url, seed=1, network=network)
    async with asyncio.TaskGroup() as tasks, network.using(tasks):
        living = tasks.create_task(fleet.run(stop, goodbye_s=1.0))
        yield FleetHere(next(iter(fleet.stations.values())))
        stop.set()
        await living


async def judge_station(version: OcppVersion, *quirks: str, cases: tuple[str, ...] = ()) -> dict[str, Result]:
    """What becomes of our fleet's station with these quirks, in these cases or in all."""
    async with listening(version, host="127.0.0.1", port=0) as (port, arrivals):
        yard = Yard(version, arrivals, patience_s=PATIENCE_S, arrival_s=30.0, heartbeat_s=2)
        async with asyncio.TaskGroup() as tasks:
            taking_in = tasks.create_task(yard.run())
            async with station(f"ws://127.0.0.1:{port}/ocpp", version, quirks) as hand:
                trials = station_trials_of(yard, hand, token=TOKEN, follow_s=20.0)
                chosen = [one for one in trials if not cases or one.case_id in cases]
                results = await judge_all(chosen, jobs=1, limit_s=60, on_result=lambda _result: None)
            taking_in.cancel()
    return {one.case_id: one for one in results}


@pytest.mark.parametrize("version", [OcppVersion.V16, OcppVersion.V201])
async def test_station_of_our_fleet_passes_every_case(version: OcppVersion) -> None:
    results = await judge_station(version)

    assert {one.case_id: one.reason for one in results.values() if one.verdict is not Verdict.PASS} == {}
    assert len(results) >= 20


async def test_station_of_a_fleet_is_judged_from_the_command_line(tmp_path: Path) -> None:
    port, control = free_port(), free_port()
    fleet = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chargeyard", "fleet", "run", "--url", f"ws://127.0.0.1:{port}/ocpp", "--seed", "7"),
        *("--count", "1", "--id-template", "CP-{n:03d}", "--ocpp", "1.6", "--arrival-seconds", "86400"),
        *("--control", str(control)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        code, said, report = await conform(
            *("station", "--ocpp", "1.6", "--port", str(port), "--without", "reset,local-list"),
            *("--hand", "fleet", "--control", f"http://127.0.0.1:{control}", "--station", "CP-001"),
            folder=tmp_path,
        )
    finally:
        fleet.kill()
        await fleet.wait()

    assert code == 0, said
    assert [report.get(name) for name in ("failures", "errors", "skipped")] == ["0", "0", "3"]
    assert int(report.get("tests", 0)) >= 20


QUIRKS = (
    ("answers_twice", OcppVersion.V16, "TC_019_2_CS", "a second answer to GetConfiguration"),
    ("answers_in_lower_case", OcppVersion.V16, "TC_061_CS", "Invalid enum value"),
    ("answers_with_unknown_fields", OcppVersion.V201, "TC_F_06_CS", "unknown field"),
    ("refuses_commands", OcppVersion.V201, "TC_B_07_CS", "GetVariables was refused"),
    ("silent_to_commands", OcppVersion.V16, "TC_061_CS", "ClearCache was not answered within 4 s"),
    ("timestamps_without_zone", OcppVersion.V201, "TC_B_01_CS", "no time with a zone"),
    ("numbers_as_text", OcppVersion.V16, "TC_001_CS", "Expected `int`, got `str`"),
    ("unknown_fields", OcppVersion.V16, "TC_001_CS", "unknown field"),
    ("reused_message_id", OcppVersion.V16, "TC_001_CS", "whose message id was used before"),
    ("calls_twice", OcppVersion.V16, "TC_001_CS", "message id was used before"),
    ("trailing_nul", OcppVersion.V201, "TC_B_01_CS", "no frame of OCPP 2.0.1"),
)


@pytest.mark.parametrize(("quirk", "version", "case_id", "complaint"), QUIRKS, ids=[row[0] for row in QUIRKS])
async def test_quirk_of_a_station_is_found(quirk: str, version: OcppVersion, case_id: str, complaint: str) -> None:
    results = await judge_station(version, quirk, cases=(case_id,))

    assert results[case_id].verdict is Verdict.FAIL, results[case_id].reason
    assert complaint in results[case_id].reason


async def test_what_a_charge_point_of_the_ocpp_package_lacks_is_named() -> None:
    async with listening(OcppVersion.V16, host="127.0.0.1", port=0) as (port, arrivals):
        yard = Yard(OcppVersion.V16, arrivals, patience_s=PATIENCE_S, arrival_s=5.0, heartbeat_s=2)
        async with asyncio.TaskGroup() as tasks:
            taking_in = tasks.create_task(yard.run())
            async with independent_station(f"ws://127.0.0.1:{port}/ocpp", "CP-1", "1.6") as charge_point:
                booting = tasks.create_task(charge_point.boot())
                trials = list(station_trials_of(yard, NoHand(), token=TOKEN, follow_s=2.0))
                results = {}
                await judge_all(trials, jobs=1, limit_s=30, on_result=lambda one: results.update({one.case_id: one}))
                await booting
            taking_in.cancel()

    reasons = {case_id: one.reason for case_id, one in results.items() if one.verdict is Verdict.FAIL}
    passed = {case_id for case_id, one in results.items() if one.verdict is Verdict.PASS}
    assert passed == {"TC_001_CS", "CY_16_CS_UNKNOWN_ACTION", "CY_16_CS_MALFORMED"}
    assert reasons["TC_021_CS"] == "The configuration has no value of MeterValueSampleInterval."
    assert reasons["TC_061_CS"].startswith("ClearCache was refused: NotImplemented")
    assert reasons["TC_026_CS"] == "RemoteStartTransaction was answered Accepted; Rejected is due."
    assert reasons["CY_16_CS_HEARTBEAT"].startswith("The station sent no Heartbeat")
    assert not [one for one in results.values() if one.verdict is Verdict.ERROR]
