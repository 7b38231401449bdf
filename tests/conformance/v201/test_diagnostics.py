"""OCPP 2.0.1 N, diagnostics: logs and customer information."""

from typing import Any

import pytest

from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED, id_token
from tests.conformance.v201.device import report_of, typed
from tests.conformance.wire import WireStation, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

FILES = "https://files.example/uploads"
CUSTOMER = {"customer_identifier": "customer-7"}
CERTIFICATE = {"algorithm": "SHA256", "issuer_name_hash": "aa", "issuer_key_hash": "bb", "serial_number": "01"}


async def get_log(
    bench: Bench, station: WireStation, name: str, kind: str, answer: str, **body: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the operator heard, and what the station was asked."""
    return await typed(
        *(bench, station, name, "get_log", {"location": FILES, "kind": kind} | body, "GetLog"),
        status=answer,
        **({} if answer == "Rejected" else {"filename": "station.log"}),
    )


async def say_uploads(station: WireStation, request_id: int, *words: str) -> None:
    for word in words:
        assert await station.send("LogStatusNotification", status=word, requestId=request_id) == {}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("DiagnosticsLog", marks=pytest.mark.ocpp("2.0.1", "TC_N_25_CSMS")),
        pytest.param("SecurityLog", marks=pytest.mark.ocpp("2.0.1", "TC_N_35_CSMS")),
    ],
)
async def test_log_is_uploaded(bench: Bench, kind: str) -> None:
    name = f"N25-{kind}"
    since = "2026-01-01T00:00:00.000Z"
    async with bench.station(name) as station:
        heard, asked = await get_log(bench, station, name, kind, "Accepted", oldest_at=since, retries=2)
        await say_uploads(station, asked["requestId"], "Uploading", "Uploaded")

    assert asked == {
        "log": {"remoteLocation": FILES, "oldestTimestamp": since},
        "logType": kind,
        "requestId": asked["requestId"],
        "retries": 2,
    }
    assert (heard["status"], heard["file_name"]) == ("Accepted", "station.log")


@pytest.mark.ocpp("2.0.1", "TC_N_34_CSMS")
async def test_log_is_refused(bench: Bench) -> None:
    async with bench.station("N34") as station:
        heard, _ = await get_log(bench, station, "N34", "DiagnosticsLog", "Rejected")

    assert (heard["status"], heard["file_name"]) == ("Rejected", None)


@pytest.mark.ocpp("2.0.1", "TC_N_36_CSMS")
async def test_second_log_cancels_the_first(bench: Bench) -> None:
    async with bench.station("N36") as station:
        _, first = await get_log(bench, station, "N36", "DiagnosticsLog", "Accepted")
        await say_uploads(station, first["requestId"], "Uploading")
        heard, second = await get_log(bench, station, "N36", "DiagnosticsLog", "AcceptedCanceled")
        await say_uploads(station, first["requestId"], "AcceptedCanceled")
        await say_uploads(station, second["requestId"], "Uploading", "Uploaded")

    assert heard["status"] == "AcceptedCanceled"
    assert first["requestId"] != second["requestId"]


async def ask_customer(
    bench: Bench, station: WireStation, name: str, answer: str = "Accepted", **body: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the operator heard, and what the station was asked."""
    return await typed(
        *(bench, station, name, "customer_information", body or CUSTOMER, "CustomerInformation"), status=answer
    )


async def tell(station: WireStation, request_id: int, *texts: str) -> None:
    for seq_no, text in enumerate(texts):
        more = {"tbc": True} if seq_no < len(texts) - 1 else {}
        body = {"data": text, "seqNo": seq_no, "generatedAt": now(), "requestId": request_id, **more}
        assert await station.send("NotifyCustomerInformation", **body) == {}


@pytest.mark.parametrize(
    ("is_cleared", "texts"),
    [
        pytest.param(False, ("Jane Doe, ", "two visits"), marks=pytest.mark.ocpp("2.0.1", "TC_N_27_CSMS")),
        pytest.param(False, ("",), marks=pytest.mark.ocpp("2.0.1", "TC_N_28_CSMS")),
        pytest.param(True, ("Jane Doe, ", "two visits"), marks=pytest.mark.ocpp("2.0.1", "TC_N_30_CSMS")),
        pytest.param(True, ("",), marks=pytest.mark.ocpp("2.0.1", "TC_N_31_CSMS")),
    ],
    ids=["data", "none", "cleared-data", "cleared-none"],
)
async def test_customer_is_reported(bench: Bench, is_cleared: bool, texts: tuple[str, ...]) -> None:
    name = f"N27-{is_cleared}-{len(texts)}"
    card = {"token": {"token": "CARD77", "token_type": "ISO14443"}}
    async with bench.station(name) as station:
        heard, asked = await ask_customer(bench, station, name, is_cleared=is_cleared, **card)
        await tell(station, asked["requestId"], *texts)
        report = await report_of(bench, name, asked["requestId"])

    assert asked == {
        "requestId": heard["request_id"],
        "report": True,
        "clear": is_cleared,
        "idToken": id_token("CARD77"),
    }
    assert (report["kind"], report["content"], report["parts"]) == ("customer_information", "".join(texts), len(texts))


@pytest.mark.ocpp("2.0.1", "TC_N_29_CSMS")
async def test_customer_is_not_reported(bench: Bench) -> None:
    async with bench.station("N29") as station:
        heard, asked = await ask_customer(bench, station, "N29", "Rejected")
        report = await bench.operator.get(f"/stations/N29/reports/{asked['requestId']}")

    assert heard["status"] == "Rejected"
    assert (report["status"], report["is_complete"], report["parts"]) == ("Rejected", False, 0)


@pytest.mark.ocpp("2.0.1", "TC_N_32_CSMS")
async def test_customer_is_cleared_without_a_report(bench: Bench) -> None:
    async with bench.station("N32") as station:
        heard, asked = await ask_customer(bench, station, "N32", is_reported=False, is_cleared=True, **CUSTOMER)
        reports = await bench.operator.get("/stations/N32/reports")

    assert heard["status"] == "Accepted"
    assert (asked["report"], asked["clear"]) == (False, True)
    assert reports["items"] == []


@pytest.mark.ocpp("2.0.1", "TC_N_62_CSMS")
async def test_customer_is_named_by_an_identifier(bench: Bench) -> None:
    async with bench.station("N62") as station:
        _, asked = await ask_customer(bench, station, "N62", is_cleared=True, **CUSTOMER)
        await tell(station, asked["requestId"], "Jane")
        report = await report_of(bench, "N62", asked["requestId"])

    wanted = {"report": True, "clear": True, "customerIdentifier": "customer-7"}
    assert asked == wanted | {"requestId": report["request_id"]}
    assert report["content"] == "Jane"


@pytest.mark.ocpp("2.0.1", "TC_N_63_CSMS")
async def test_customer_is_named_by_a_certificate(bench: Bench) -> None:
    async with bench.station("N63") as station:
        _, asked = await ask_customer(bench, station, "N63", is_cleared=True, certificate=CERTIFICATE)
        await tell(station, asked["requestId"], "Jane")
        report = await report_of(bench, "N63", asked["requestId"])

    named = {"hashAlgorithm": "SHA256", "issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": "01"}
    assert asked == {"report": True, "clear": True, "customerCertificate": named, "requestId": report["request_id"]}
    assert report["content"] == "Jane"


@pytest.mark.ocpp("2.0.1", "TC_N_46_CSMS")
async def test_local_list_is_updated_once_a_customer_is_cleared(bench: Bench) -> None:
    update = {
        "versionNumber": 2,
        "updateType": "Differential",
        "localAuthorizationList": [{"idToken": id_token("CARD77")}],
    }
    async with bench.station("N46") as station:
        card = {"token": {"token": "CARD77", "token_type": "ISO14443"}}
        _, asked = await ask_customer(bench, station, "N46", is_reported=False, is_cleared=True, **card)
        listed = await bench.exchange(station, "N46", "SendLocalList", update, ACCEPTED)

    assert (asked["clear"], asked["idToken"]) == (True, id_token("CARD77"))
    assert listed == update
