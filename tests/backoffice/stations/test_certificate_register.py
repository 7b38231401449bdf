"""What was signed for a station: listed, revoked so that the gateway knows, told as a CRL, and renewed in time."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from cryptography import x509

from backoffice.contracts.stations import EXPIRING_CERTIFICATES, AskExpiringCertificates
from backoffice.kit.auth import Role
from backoffice.kit.testing import eventually
from backoffice.stations import app
from backoffice.stations.app import SERVICE
from protocol.blocks.certificates.events import CertificateSigningRequested
from protocol.bus.commands import RegistryEntry
from protocol.bus.subjects import REGISTRY_BUCKET, station_key
from protocol.domain.certificates import SigningUse
from tests.backoffice.stations.harness import CP001, DEFAULT, KEY, Node, add_station, become, connect
from tests.factories.certificates import MinimalAuthority, request_for
from tests.factories.places import HttpPlace, open_place

pytestmark = pytest.mark.slow
CERTIFICATES = "/api/v1/stations/CP001/certificates"


@pytest.fixture
def authority(tmp_path: Path) -> MinimalAuthority:
    return MinimalAuthority(tmp_path)


@pytest_asyncio.fixture
async def place(
    database_url: str, nats_url: str, authority: MinimalAuthority, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[HttpPlace]:
    monkeypatch.setattr(app, "RENEW_EVERY_S", 0.2)
    environ = {
        "STATIONS_CA_CERT_FILE": str(authority.files.certificate),
        "STATIONS_CA_KEY_FILE": str(authority.files.key),
        "STATIONS_COMMAND_TIMEOUT_S": "1",
    }
    async with open_place([SERVICE], database_url=database_url, nats_url=nats_url, environ=environ) as opened:
        yield opened


async def signed(place: HttpPlace, count: int, *, use: SigningUse = SigningUse.STATION) -> list[Any]:
    """The station asks for another one; all that it has, the newest first."""
    await place.publish_fact(CertificateSigningRequested(request_for("CP001"), use), station=CP001)

    async def are_there() -> list[Any]:
        items: list[Any] = (await place.http.get(CERTIFICATES, headers=place.operator_headers())).json()["items"]
        return items if len(items) == count else []

    return await eventually(are_there, what=f"{count} certificates")


async def registered(place: HttpPlace) -> RegistryEntry:
    bucket = await place.bus.bucket(REGISTRY_BUCKET)
    return msgspec.json.decode((await bucket.get(station_key(KEY))).value or b"", type=RegistryEntry)


async def revoke(place: HttpPlace, serial: str, *, role: Role = Role.OPERATOR) -> tuple[int, Any]:
    answer = await place.http.post(
        f"{CERTIFICATES}/{serial}/revoke", json={"reason": "its key was stolen"}, headers=place.headers_of(role)
    )
    return answer.status_code, answer.json()


async def test_revoked_certificate_is_known_to_the_gateway_and_in_the_list_that_our_authority_signs(
    place: HttpPlace, authority: MinimalAuthority
) -> None:
    await add_station(place)
    await signed(place, 1)
    newest, oldest = await signed(place, 2)

    status, revoked = await revoke(place, oldest["serial"])
    again = await revoke(place, oldest["serial"].lower())
    entry = await registered(place)
    crl = await place.http.get("/api/v1/certificates/revoked.pem", headers=place.operator_headers())

    assert (status, revoked["revocation_reason"]) == (200, "its key was stolen")
    assert again == (200, revoked)
    assert entry.revoked_serials == (oldest["serial"],)
    listed = x509.load_pem_x509_crl(crl.content)
    assert listed.is_signature_valid(authority.certificate.public_key())  # type: ignore[arg-type] # P-256
    assert [one.serial_number for one in listed] == [int(oldest["serial"], 16)]
    assert newest["revoked_at"] is None


async def test_revoked_certificate_stays_so_when_its_station_is_removed_and_another_has_its_name(
    place: HttpPlace,
) -> None:
    await add_station(place)
    (certificate,) = await signed(place, 1)
    await revoke(place, certificate["serial"])
    removed = await place.http.delete("/api/v1/stations/CP001", headers=place.operator_headers())
    await add_station(place)
    again = await registered(place)
    await add_station(place, "CP002", certificate_name="CP001-of-old")
    changed = await place.http.patch(
        "/api/v1/stations/CP001", json={"certificate_name": "SN-1"}, headers=place.operator_headers()
    )

    assert removed.status_code == 204
    assert again.revoked_serials == (certificate["serial"],)
    assert changed.status_code == 200, changed.text
    assert (await registered(place)).revoked_serials == (certificate["serial"],)


async def test_what_is_not_the_stations_is_not_revoked_and_readers_revoke_nothing(place: HttpPlace) -> None:
    await add_station(place)
    await add_station(place, "CP002")
    (certificate,) = await signed(place, 1)

    assert (await revoke(place, "00FF"))[0] == 404
    assert (await revoke(place, certificate["serial"], role=Role.READ_ONLY))[0] == 403
    assert (await registered(place)).revoked_serials == ()


async def test_station_that_is_online_is_asked_once_to_renew_what_ends_soon(place: HttpPlace) -> None:
    await add_station(place)
    node = Node(place)
    await node.listen()
    await connect(place, epoch=1)
    await become(place, is_online=True)

    # The authority of the tests ends tomorrow, and so does what it signs: asking at once would make no later one.
    (before,) = await signed(place, 1)
    await signed(place, 2, use=SigningUse.V2G)
    place.clock.advance(timedelta(days=1, seconds=1))

    async def was_asked() -> list[str]:
        return [one.command for one in node.sent if one.command == "trigger"]

    assert await eventually(was_asked, what="the trigger") == ["trigger"]
    expiring = await place.bus.ask(
        EXPIRING_CERTIFICATES, AskExpiringCertificates(DEFAULT, place.clock() + timedelta(days=30))
    )
    (told,) = expiring.certificates
    assert (told.station_id, told.not_after.isoformat()) == ("CP001", before["not_after"].replace("Z", "+00:00"))
    items = (await place.http.get(CERTIFICATES, headers=place.operator_headers())).json()["items"]
    assert [one["renewal_asked_at"] > one["issued_at"] for one in items] == [False, True]
    assert len(await was_asked()) == 1
