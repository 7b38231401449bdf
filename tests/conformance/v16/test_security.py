"""OCPP 1.6 security: passwords, TLS, certificates and events, on the gateway's own listeners."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidMessage
from websockets.typing import Subprotocol

from tests.acceptance.network import eventually
from tests.conformance.secured import PASSWORD, Secured, secured_platform
from tests.conformance.wire import both, now, wire_station
from tests.factories.certificates import MinimalAuthority, request_for

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOOT = {"chargePointVendor": "Wire", "chargePointModel": "Bench"}
ACCEPTED = {"status": "Accepted"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def secured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Secured]:
    async with secured_platform(tmp_path_factory.mktemp("secured"), version="1.6") as made:
        yield made


@pytest.mark.ocpp("1.6", "TC_073_CSMS")
async def test_password_is_changed_and_only_the_new_one_is_right(secured: Secured) -> None:
    bench, url = secured.bench, secured.bench.url("PW")
    async with bench.station("PW", password=PASSWORD) as station:
        rotation = bench.operator.post("/stations/PW/commands/rotate_password")
        _, asked = await both(rotation, station.answer("ChangeConfiguration", **ACCEPTED))
    new = bytes.fromhex(asked["value"])
    assert asked["key"] == "AuthorizationKey"
    assert 16 <= len(new) <= 20

    await secured.until_status(101, url, user="PW", password=new.decode())
    async with wire_station(url, user="PW", password=new.decode()) as station:
        await station.send("BootNotification", **BOOT)
    await secured.until_status(401, url, user="PW", password=PASSWORD)
    assert await secured.status_of(url, user="PW", password=new.decode()) == 101


@pytest.mark.ocpp("1.6", "TC_074_CSMS")
async def test_station_certificate_is_renewed_and_used(secured: Secured) -> None:
    bench = secured.bench
    key = generate_private_key(SECP256R1())
    async with bench.station("CERT") as station:
        order = {"requestedMessage": "SignChargePointCertificate"}
        await bench.exchange(station, "CERT", "ExtendedTriggerMessage", order, ACCEPTED)
        signing = await station.send("SignCertificate", csr=request_for("CERT", key=key))
        signed = await station.answer("CertificateSigned", **ACCEPTED)
    chain = x509.load_pem_x509_certificates(signed["certificateChain"].encode())
    files = secured.keep("station", signed["certificateChain"], key)
    await secured.register("CERT", 3)

    assert signing == ACCEPTED
    chain[0].verify_directly_issued_by(secured.authority.certificate)
    assert chain[0].public_key() == key.public_key()
    await secured.until_status(101, f"{secured.tls_url}/CERT", tls=secured.context(files))


@pytest.mark.parametrize(
    "use",
    [
        pytest.param("ManufacturerRootCertificate", marks=pytest.mark.ocpp("1.6", "TC_075_1_CSMS")),
        pytest.param("CentralSystemRootCertificate", marks=pytest.mark.ocpp("1.6", "TC_075_2_CSMS")),
    ],
)
async def test_root_certificate_is_installed_and_listed(secured: Secured, use: str) -> None:
    bench, root = secured.bench, secured.authority.files.certificate.read_text()
    hashes = {"hashAlgorithm": "SHA256", "issuerNameHash": "aa", "issuerKeyHash": "bb", "serialNumber": "01"}
    async with bench.station(use) as station:
        install = {"certificateType": use, "certificate": root}
        installed = await bench.exchange(station, use, "InstallCertificate", install, ACCEPTED)
        listing = {"status": "Accepted", "certificateHashData": [hashes]}
        listed = await bench.exchange(station, use, "GetInstalledCertificateIds", {"certificateType": use}, listing)

    assert installed == install
    assert listed == {"certificateType": use}


@pytest.mark.ocpp("1.6", "TC_076_CSMS")
async def test_certificate_is_deleted_by_the_hashes_that_were_listed(secured: Secured) -> None:
    bench, use = secured.bench, "ManufacturerRootCertificate"
    hashes = {"hashAlgorithm": "SHA384", "issuerNameHash": "aabb", "issuerKeyHash": "ccdd", "serialNumber": "0f"}
    async with bench.station("DELETE") as station:
        listing = {"status": "Accepted", "certificateHashData": [hashes]}
        listed, _ = await both(
            bench.command("DELETE", "get_installed_certificates", {"uses": [use]}),
            station.answer("GetInstalledCertificateIds", **listing),
        )
        chosen = {name: value for name, value in listed["certificates"][0].items() if name not in ("use", "children")}
        _, asked = await both(
            bench.command("DELETE", "delete_certificate", chosen), station.answer("DeleteCertificate", **ACCEPTED)
        )

    assert asked == {"certificateHashData": hashes}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("InvalidChargePointCertificate", marks=pytest.mark.ocpp("1.6", "TC_077_CSMS")),
        pytest.param("InvalidCentralSystemCertificate", marks=pytest.mark.ocpp("1.6", "TC_078_CSMS")),
    ],
)
async def test_security_event_is_answered_and_kept(secured: Secured, kind: str) -> None:
    bench, name = secured.bench, f"EV-{kind}"[:40]
    async with bench.station(name) as station:
        if kind == "InvalidChargePointCertificate":
            signing = await station.send("SignCertificate", csr=request_for(name))
            await station.answer("CertificateSigned", status="Rejected")
            assert signing == ACCEPTED
        answered = await station.send("SecurityEventNotification", type=kind, timestamp=now())

        async def is_kept() -> bool:
            events = await bench.operator.get(f"/telemetry/stations/{name}/events")
            return any(event["data"].get("kind") == kind for event in events["items"])

        await eventually(is_kept)

    assert answered == {}


@pytest.mark.ocpp("1.6", "TC_083_CSMS")
async def test_security_profile_is_raised_and_the_old_one_refused(secured: Secured) -> None:
    bench = secured.bench
    async with bench.station("RAISE", password=PASSWORD) as station:
        change = {"key": "SecurityProfile", "value": "2"}
        asked = await bench.exchange(station, "RAISE", "ChangeConfiguration", change, ACCEPTED)
        await secured.register("RAISE", 2)
        await bench.exchange(station, "RAISE", "Reset", {"type": "Hard"}, ACCEPTED)
    login: dict[str, Any] = {"user": "RAISE", "password": PASSWORD}

    assert asked == {"key": "SecurityProfile", "value": "2"}
    await secured.until_status(403, bench.url("RAISE"), **login)
    async with wire_station(f"{secured.tls_url}/RAISE", tls=secured.context(), **login) as station:
        assert (await station.send("BootNotification", **BOOT))["status"] == "Accepted"


@pytest.mark.ocpp("1.6", "TC_085_CSMS")
async def test_basic_authentication(secured: Secured) -> None:
    bench = secured.bench
    await bench.network.add_station("BASIC", password=PASSWORD)
    await secured.until_status(101, bench.url("BASIC"), user="BASIC", password=PASSWORD)

    refusals = [
        await secured.status_of(bench.url("BASIC")),
        await secured.status_of(bench.url("BASIC"), user="BASIC", password="f" * 20),
        await secured.status_of(bench.url("BASIC"), user="OTHER", password=PASSWORD),
    ]

    assert refusals == [401, 401, 401]


@pytest.mark.ocpp("1.6", "TC_086_CSMS")
async def test_tls_with_a_valid_server_certificate(secured: Secured) -> None:
    await secured.register("TLS", 2)
    login: dict[str, Any] = {"user": "TLS", "password": PASSWORD}
    await secured.until_status(101, f"{secured.tls_url}/TLS", tls=secured.context(), **login)
    async with wire_station(f"{secured.tls_url}/TLS", tls=secured.context(), **login) as station:
        session = station.socket.transport.get_extra_info("ssl_object")
        protocol, cipher = session.version(), session.cipher()
        boot = await station.send("BootNotification", **BOOT)

    assert boot["status"] == "Accepted"
    assert protocol in ("TLSv1.2", "TLSv1.3")
    assert cipher[2] >= 128
    with pytest.raises((OSError, InvalidMessage)):
        async with wire_station(f"{secured.tls_url}/TLS", tls=secured.outdated_context(), **login):
            pass


@pytest.mark.ocpp("1.6", "TC_087_CSMS")
async def test_tls_with_a_client_certificate(secured: Secured, tmp_path: Path) -> None:
    await secured.register("MTLS", 3)
    url = f"{secured.tls_url}/MTLS"
    own, stranger = secured.authority.issue("MTLS"), MinimalAuthority(tmp_path, "Stranger").issue("MTLS")

    await secured.until_status(101, url, tls=secured.context(own))
    assert await secured.status_of(url, tls=secured.context(secured.authority.issue("OTHER"))) == 401
    assert await secured.status_of(url, tls=secured.context(), user="MTLS", password=PASSWORD) in (401, 403)
    with pytest.raises((OSError, InvalidMessage)):
        async with wire_station(url, tls=secured.context(stranger)):
            pass


@pytest.mark.ocpp("1.6", "TC_088_CSMS")
async def test_subprotocol(secured: Secured) -> None:
    bench = secured.bench
    await bench.network.add_station("SUB")
    await secured.until_status(101, bench.url("SUB"))
    async with connect(bench.url("SUB"), subprotocols=[Subprotocol("ocpp1.6"), Subprotocol("ocpp9.9")]) as socket:
        chosen = socket.subprotocol

    assert chosen == "ocpp1.6"
    async with connect(bench.url("SUB"), subprotocols=[Subprotocol("ocpp9.9")]) as socket:
        assert socket.subprotocol is None
        with pytest.raises(ConnectionClosed):
            await socket.recv()
