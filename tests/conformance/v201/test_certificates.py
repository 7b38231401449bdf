"""OCPP 2.0.1 certificates: roots of stations, and what stations ask for vehicles."""

import base64
from typing import Any

import pytest
from cryptography.x509 import ocsp

from tests.conformance.conftest import Bench
from tests.conformance.v2x import ACCEPTED
from tests.conformance.wire import both
from tests.factories.certificates import MinimalAuthority

pytestmark = pytest.mark.asyncio(loop_scope="module")

HASHES = {"hashAlgorithm": "SHA256", "issuerNameHash": "a1" * 32, "issuerKeyHash": "b2" * 32, "serialNumber": "1f"}
OURS = {"algorithm": "SHA256", "issuer_name_hash": "a1" * 32, "issuer_key_hash": "b2" * 32, "serial_number": "1f"}
USES = ("CSMSRootCertificate", "ManufacturerRootCertificate", "V2GRootCertificate", "MORootCertificate")
SCHEMA = "urn:iso:15118:2:2013:MsgDef"


@pytest.fixture(scope="module")
def more_settings() -> dict[str, str]:
    """With somebody who provides certificates for vehicles."""
    return {"STATIONS_EV_CERTIFICATES": "test"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> str:
    return MinimalAuthority(tmp_path_factory.mktemp("root")).files.certificate.read_text()


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(use, marks=pytest.mark.ocpp("2.0.1", f"TC_M_{number:02}_CSMS"))
        for number, use in enumerate(USES, start=1)
    ],
)
async def test_root_is_installed(bench: Bench, root: str, use: str) -> None:
    async with bench.station(f"IN-{use[:12]}") as station:
        order = {"use": use, "certificate": root}
        installed, asked = await both(
            bench.command(f"IN-{use[:12]}", "install_certificate", order),
            station.answer("InstallCertificate", **ACCEPTED),
        )

    assert installed["status"] == "Accepted"
    assert asked == {"certificateType": use, "certificate": root}


@pytest.mark.ocpp("2.0.1", "TC_M_05_CSMS")
async def test_root_that_cannot_be_installed(bench: Bench, root: str) -> None:
    answer = {"status": "Failed", "statusInfo": {"reasonCode": "WriteError"}}
    async with bench.station("M05") as station:
        order = {"use": "CSMSRootCertificate", "certificate": root}
        installed, _ = await both(
            bench.command("M05", "install_certificate", order), station.answer("InstallCertificate", **answer)
        )

    assert (installed["status"], installed["reason"]) == ("Failed", "WriteError")


def chain(use: str, *children: dict[str, str]) -> dict[str, Any]:
    listed: dict[str, Any] = {"certificateHashData": HASHES, "certificateType": use}
    return listed | ({"childCertificateHashData": list(children)} if children else {})


@pytest.mark.parametrize(
    ("uses", "chains"),
    [
        pytest.param(uses, chains, marks=pytest.mark.ocpp("2.0.1", f"TC_M_{number}_CSMS"))
        for number, uses, chains in (
            (12, ["CSMSRootCertificate"], [chain("CSMSRootCertificate")]),
            (13, ["ManufacturerRootCertificate"], [chain("ManufacturerRootCertificate")]),
            (14, ["V2GRootCertificate"], [chain("V2GRootCertificate")]),
            (15, ["V2GCertificateChain"], [chain("V2GCertificateChain", HASHES | {"serialNumber": "20"})]),
            (16, ["MORootCertificate"], [chain("MORootCertificate")]),
            (
                17,
                ["CSMSRootCertificate", "ManufacturerRootCertificate"],
                [chain("CSMSRootCertificate"), chain("ManufacturerRootCertificate")],
            ),
            (18, [], [chain(use) for use in (*USES, "V2GCertificateChain")]),
        )
    ],
)
async def test_installed_certificates_are_listed(bench: Bench, uses: list[str], chains: list[dict[str, Any]]) -> None:
    name = f"LS-{len(uses)}-{(uses or ['all'])[0][:10]}"
    async with bench.station(name) as station:
        listed, asked = await both(
            bench.command(name, "get_installed_certificates", {"uses": uses}),
            station.answer("GetInstalledCertificateIds", status="Accepted", certificateHashDataChain=chains),
        )

    assert asked == ({"certificateType": uses} if uses else {})
    assert [one["use"] for one in listed["certificates"]] == [one["certificateType"] for one in chains]
    assert {name: listed["certificates"][0][name] for name in OURS} == OURS
    children = [child["serialNumber"] for one in chains for child in one.get("childCertificateHashData", [])]
    assert [child["serial_number"] for one in listed["certificates"] for child in one["children"]] == children


@pytest.mark.ocpp("2.0.1", "TC_M_19_CSMS")
async def test_no_certificate_is_found(bench: Bench) -> None:
    async with bench.station("M19") as station:
        listed, _ = await both(
            bench.command("M19", "get_installed_certificates", {"uses": ["MORootCertificate"]}),
            station.answer("GetInstalledCertificateIds", status="NotFound"),
        )

    assert (listed["status"], listed["certificates"]) == ("NotFound", [])


@pytest.mark.parametrize(
    "status",
    [
        pytest.param("Accepted", marks=pytest.mark.ocpp("2.0.1", "TC_M_20_CSMS")),
        pytest.param("Failed", marks=pytest.mark.ocpp("2.0.1", "TC_M_21_CSMS")),
    ],
)
async def test_certificate_is_deleted_by_the_hashes_that_were_listed(bench: Bench, status: str) -> None:
    name = f"DEL-{status}"
    async with bench.station(name) as station:
        listing = {"status": "Accepted", "certificateHashDataChain": [chain("ManufacturerRootCertificate")]}
        listed, _ = await both(
            bench.command(name, "get_installed_certificates", {"uses": ["ManufacturerRootCertificate"]}),
            station.answer("GetInstalledCertificateIds", **listing),
        )
        chosen = {field: listed["certificates"][0][field] for field in OURS}
        deleted, asked = await both(
            bench.command(name, "delete_certificate", chosen), station.answer("DeleteCertificate", status=status)
        )

    assert asked == {"certificateHashData": HASHES}
    assert deleted["status"] == status


@pytest.mark.ocpp("2.0.1", "TC_M_24_CSMS")
async def test_status_of_a_certificate_is_asked_of_its_responder(bench: Bench) -> None:
    async with bench.station("M24") as station:
        answer = await station.send(
            "GetCertificateStatus", ocspRequestData=HASHES | {"responderURL": "https://ocsp.example"}
        )
    response = ocsp.load_der_ocsp_response(base64.b64decode(answer["ocspResult"]))

    assert answer["status"] == "Accepted"
    assert response.serial_number == 0x1F
    assert response.issuer_key_hash.hex() == HASHES["issuerKeyHash"]
    assert response.certificate_status is ocsp.OCSPCertStatus.GOOD


@pytest.mark.parametrize(
    "action",
    [
        pytest.param("Install", marks=pytest.mark.ocpp("2.0.1", "TC_M_26_CSMS")),
        pytest.param("Update", marks=pytest.mark.ocpp("2.0.1", "TC_M_28_CSMS")),
    ],
)
async def test_request_of_a_vehicle_is_passed_on_and_answered(bench: Bench, action: str) -> None:
    request = {"iso15118SchemaVersion": SCHEMA, "action": action}
    async with bench.station(f"EV-{action}") as station:
        first = await station.send("Get15118EVCertificate", exiRequest="gJgCAQ==", **request)
        other = await station.send("Get15118EVCertificate", exiRequest="gJgCAg==", **request)

    assert (first["status"], other["status"]) == ("Accepted", "Accepted")
    assert len(base64.b64decode(first["exiResponse"])) > 0
    assert first["exiResponse"] != other["exiResponse"]
