"""OCPP 2.0.1 security: passwords, TLS, certificates and security profiles, on the gateway's own listeners."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from websockets.exceptions import InvalidMessage

from chargeyard.rest import RestRefused
from tests.acceptance.network import eventually
from tests.conformance.secured import PASSWORD, Secured, secured_platform
from tests.conformance.v2x import ACCEPTED
from tests.conformance.wire import both, now, wire_station
from tests.factories.certificates import MinimalAuthority, request_for

pytestmark = pytest.mark.asyncio(loop_scope="module")

VERSION = "2.0.1"
BOOT = {"chargingStation": {"vendorName": "Wire", "model": "Bench"}, "reason": "PowerUp"}
PASSWORD_VARIABLE = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Secured]:
    async with secured_platform(tmp_path_factory.mktemp("secured"), version=VERSION) as made:
        yield made


def login(name: str, password: str = PASSWORD) -> dict[str, Any]:
    return {"user": name, "password": password}


async def boots(url: str, **options: Any) -> bool:
    async with wire_station(url, version=VERSION, **options) as station:
        return bool((await station.send("BootNotification", **BOOT))["status"] == "Accepted")


@pytest.mark.ocpp("2.0.1", "TC_A_01_CSMS")
async def test_right_password_is_let_in(secured: Secured) -> None:
    url = secured.bench.url("A01")
    await secured.bench.network.add_station("A01", password=PASSWORD)
    await secured.until_status(101, url, **login("A01"))

    assert await boots(url, **login("A01"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        pytest.param("A02", login("OTHER"), marks=pytest.mark.ocpp("2.0.1", "TC_A_02_CSMS")),
        pytest.param("A03", login("A03", "f" * 20), marks=pytest.mark.ocpp("2.0.1", "TC_A_03_CSMS")),
    ],
)
async def test_wrong_name_and_wrong_password_are_refused(secured: Secured, name: str, shown: dict[str, Any]) -> None:
    url = secured.bench.url(name)
    await secured.bench.network.add_station(name, password=PASSWORD)
    await secured.until_status(101, url, **login(name))

    assert await secured.status_of(url, **shown) == 401


@pytest.mark.ocpp("2.0.1", "TC_A_04_CSMS")
async def test_tls_with_a_valid_server_certificate(secured: Secured) -> None:
    await secured.register("A04", 2)
    url, tls = f"{secured.tls_url}/A04", secured.context()
    await secured.until_status(101, url, tls=tls, **login("A04"))

    async with wire_station(url, version=VERSION, tls=tls, **login("A04")) as station:
        session = station.socket.transport.get_extra_info("ssl_object")
        boot = await station.send("BootNotification", **BOOT)

    assert boot["status"] == "Accepted"
    assert session.version() in ("TLSv1.2", "TLSv1.3")
    assert session.cipher()[2] >= 128


@pytest.mark.ocpp("2.0.1", "TC_A_06_CSMS")
async def test_tls_that_is_too_old_is_refused(secured: Secured) -> None:
    await secured.register("A06", 2)
    url = f"{secured.tls_url}/A06"
    await secured.until_status(101, url, tls=secured.context(), **login("A06"))

    with pytest.raises((OSError, InvalidMessage)):
        async with wire_station(url, version=VERSION, tls=secured.outdated_context(), **login("A06")):
            pass


@pytest.mark.ocpp("2.0.1", "TC_A_07_CSMS")
async def test_client_certificate_is_let_in(secured: Secured) -> None:
    await secured.register("A07", 3)
    url, tls = f"{secured.tls_url}/A07", secured.context(secured.authority.issue("A07"))
    await secured.until_status(101, url, tls=tls)

    assert await boots(url, tls=tls)


@pytest.mark.ocpp("2.0.1", "TC_A_08_CSMS")
async def test_client_certificate_of_a_stranger_is_cut_off(secured: Secured, tmp_path: Path) -> None:
    await secured.register("A08", 3)
    url, stranger = f"{secured.tls_url}/A08", MinimalAuthority(tmp_path, "Stranger").issue("A08")
    await secured.until_status(101, url, tls=secured.context(secured.authority.issue("A08")))

    with pytest.raises((OSError, InvalidMessage)):
        async with wire_station(url, version=VERSION, tls=secured.context(stranger)):
            pass


@pytest.mark.ocpp("2.0.1", "TC_A_09_CSMS")
async def test_password_is_changed_and_only_the_new_one_is_right(secured: Secured) -> None:
    bench, url = secured.bench, secured.bench.url("A09")
    async with bench.station("A09", password=PASSWORD) as station:
        _, asked = await both(
            bench.operator.post("/stations/A09/commands/rotate_password"),
            station.answer("SetVariables", setVariableResult=[PASSWORD_VARIABLE | {"attributeStatus": "Accepted"}]),
        )
    (assignment,) = asked["setVariableData"]
    new = assignment.pop("attributeValue")

    assert assignment == PASSWORD_VARIABLE
    assert 16 <= len(new) <= 40
    await secured.until_status(101, url, **login("A09", new))
    assert await boots(url, **login("A09", new))
    await secured.until_status(401, url, **login("A09"))
    assert await secured.status_of(url, **login("A09", new)) == 101


@pytest.mark.ocpp("2.0.1", "TC_A_10_CSMS")
async def test_password_that_the_station_refuses_changes_nothing(secured: Secured) -> None:
    bench, url = secured.bench, secured.bench.url("A10")

    async def rotate() -> int:
        try:
            await bench.operator.post("/stations/A10/commands/rotate_password")
        except RestRefused as refused:
            return refused.status
        return 204

    async with bench.station("A10", password=PASSWORD) as station:
        status, asked = await both(
            rotate(),
            station.answer("SetVariables", setVariableResult=[PASSWORD_VARIABLE | {"attributeStatus": "Rejected"}]),
        )
    refused = asked["setVariableData"][0]["attributeValue"]

    assert status == 409
    await secured.until_status(401, url, **login("A10", refused))
    assert await boots(url, **login("A10"))


@pytest.mark.parametrize(
    ("trigger", "kind", "usages"),
    [
        pytest.param(
            "SignChargingStationCertificate",
            {"certificateType": "ChargingStationCertificate"},
            [ExtendedKeyUsageOID.CLIENT_AUTH],
            marks=pytest.mark.ocpp("2.0.1", "TC_A_11_CSMS"),
        ),
        pytest.param(
            "SignV2GCertificate",
            {"certificateType": "V2GCertificate"},
            [ExtendedKeyUsageOID.SERVER_AUTH],
            marks=pytest.mark.ocpp("2.0.1", "TC_A_12_CSMS"),
        ),
        pytest.param(
            "SignCombinedCertificate",
            {},
            [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH],
            marks=pytest.mark.ocpp("2.0.1", "TC_A_13_CSMS"),
        ),
    ],
)
async def test_certificate_is_renewed_on_request_and_used(
    secured: Secured, trigger: str, kind: dict[str, str], usages: list[x509.ObjectIdentifier]
) -> None:
    bench, name, key = secured.bench, f"A-{trigger}"[:20], generate_private_key(SECP256R1())
    async with bench.station(name) as station:
        triggered, _ = await both(
            bench.command(name, "trigger", {"requested": trigger}), station.answer("TriggerMessage", **ACCEPTED)
        )
        signing = await station.send("SignCertificate", csr=request_for(name, key=key), **kind)
        signed = await station.answer("CertificateSigned", **ACCEPTED)
    chain = x509.load_pem_x509_certificates(signed.pop("certificateChain").encode())

    assert (triggered["status"], signing, signed) == ("Accepted", ACCEPTED, kind)
    chain[0].verify_directly_issued_by(secured.authority.certificate)
    assert chain[0].public_key() == key.public_key()
    assert list(chain[0].extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == usages
    if ExtendedKeyUsageOID.CLIENT_AUTH in usages:
        pem = "".join(one.public_bytes(Encoding.PEM).decode() for one in chain)
        await secured.register(name, 3)
        tls = secured.context(secured.keep(name, pem, key))
        await secured.until_status(101, f"{secured.tls_url}/{name}", tls=tls)
        assert await boots(f"{secured.tls_url}/{name}", tls=tls)


@pytest.mark.ocpp("2.0.1", "TC_A_14_CSMS")
async def test_certificate_that_the_station_rejects(secured: Secured) -> None:
    bench, kind = secured.bench, "InvalidChargingStationCertificate"
    async with bench.station("A14") as station:
        order = {"requestedMessage": "SignChargingStationCertificate"}
        await bench.exchange(station, "A14", "TriggerMessage", order, ACCEPTED)
        signing = await station.send(
            "SignCertificate", csr=request_for("A14"), certificateType="ChargingStationCertificate"
        )
        await station.answer("CertificateSigned", status="Rejected")
        event = await station.send("SecurityEventNotification", type=kind, timestamp=now())

        async def is_kept() -> bool:
            events = await bench.operator.get("/telemetry/stations/A14/events")
            return any(one["data"].get("kind") == kind for one in events["items"])

        await eventually(is_kept)
        heartbeat = await station.send("Heartbeat")
    commands = await bench.operator.get("/stations/A14/commands")
    (sent,) = [one for one in commands["items"] if one["command"] == "certificate_signed"]

    assert (signing, event) == (ACCEPTED, {})
    assert sent["answer"]["status"] == "Rejected"
    assert "currentTime" in heartbeat


@pytest.mark.ocpp("2.0.1", "TC_A_19_CSMS")
async def test_security_profile_is_raised_and_the_old_one_refused(secured: Secured) -> None:
    bench = secured.bench
    profile = {
        "configurationSlot": 2,
        "connectionData": {
            "ocppVersion": "OCPP20",
            "ocppTransport": "JSON",
            "ocppCsmsUrl": secured.tls_url,
            "messageTimeout": 30,
            "securityProfile": 2,
            "ocppInterface": "Wired0",
        },
    }
    priority = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "NetworkConfigurationPriority"}}
    async with bench.station("A19", password=PASSWORD) as station:
        asked = await bench.exchange(station, "A19", "SetNetworkProfile", profile, ACCEPTED)
        order = {"setVariableData": [priority | {"attributeValue": "2"}]}
        result = {"setVariableResult": [priority | {"attributeStatus": "Accepted"}]}
        ordered = await bench.exchange(station, "A19", "SetVariables", order, result)
        await secured.register("A19", 2)
        await bench.exchange(station, "A19", "Reset", {"type": "OnIdle"}, ACCEPTED)

    assert (asked, ordered) == (profile, order)
    await secured.until_status(403, bench.url("A19"), **login("A19"))
    assert await boots(f"{secured.tls_url}/A19", tls=secured.context(), **login("A19"))
