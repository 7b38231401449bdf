"""Certificates of stations: what is signed, and what is not."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP192R1, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from backoffice.stations.certificates import FileSigner
from backoffice.stations.errors import CertificateRequestRefused
from protocol.domain.certificates import SigningUse
from tests.factories.certificates import MinimalAuthority, request_for


@pytest.fixture
def authority(tmp_path: Path) -> MinimalAuthority:
    return MinimalAuthority(tmp_path)


@pytest.fixture
def signer(authority: MinimalAuthority) -> FileSigner:
    files = authority.files
    return FileSigner(files.certificate, files.key, lifetime=timedelta(days=365), clock=lambda: datetime.now(UTC))


@pytest.mark.parametrize(
    ("use", "purposes"),
    [
        (SigningUse.STATION, [ExtendedKeyUsageOID.CLIENT_AUTH]),
        (SigningUse.V2G, [ExtendedKeyUsageOID.SERVER_AUTH]),
        (None, [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]),
    ],
)
def test_chain_begins_with_a_certificate_for_the_stations_key_name_and_use(
    signer: FileSigner, authority: MinimalAuthority, use: SigningUse | None, purposes: list[x509.ObjectIdentifier]
) -> None:
    key = generate_private_key(SECP256R1())

    request = request_for("CP001", key=key, organization="somebody-else")

    signed = signer.sign(request, common_name="CP001", organization="acme", use=use)

    certificate, issuer = x509.load_pem_x509_certificates(signed.encode())
    certificate.verify_directly_issued_by(issuer)
    assert issuer == authority.certificate
    assert certificate.public_key() == key.public_key()
    subject = [(attribute.oid, attribute.value) for attribute in certificate.subject]
    assert subject == [(NameOID.ORGANIZATION_NAME, "acme"), (NameOID.COMMON_NAME, "CP001")]
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == purposes
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.not_valid_after_utc <= authority.certificate.not_valid_after_utc


def test_authority_that_has_expired_signs_nothing(authority: MinimalAuthority) -> None:
    later = datetime.now(UTC) + timedelta(days=40_000)
    expired = FileSigner(
        authority.files.certificate, authority.files.key, lifetime=timedelta(days=365), clock=lambda: later
    )

    with pytest.raises(CertificateRequestRefused, match="expired"):
        expired.sign(request_for("CP001"), common_name="CP001", organization="acme")


def with_a_name_in_latin_1() -> str:
    """As old tools write an umlaut: a T61String, in bytes that are no UTF-8."""
    genuine = x509.load_pem_x509_csr(request_for("CPx01").encode()).public_bytes(Encoding.DER)
    odd = genuine.replace(b"\x0c\x05CPx01", b"\x14\x05CP\xfc01")
    assert odd != genuine
    body = base64.b64encode(odd).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----\n"


def tampered() -> str:
    genuine = x509.load_pem_x509_csr(request_for("CP001").encode()).public_bytes(Encoding.DER)
    body = base64.b64encode(genuine.replace(b"CP001", b"CP002")).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----\n"


@pytest.mark.parametrize(
    ("csr", "name"),
    [
        (request_for("CP002"), "CP001"),
        ("no request", "CP001"),
        (tampered(), "CP002"),
        (request_for("CP001", key=generate_private_key(SECP192R1())), "CP001"),
        (request_for("CP001") + " " * 6_000, "CP001"),
        (with_a_name_in_latin_1(), "CPx01"),
    ],
    ids=["another name", "no PEM", "wrong signature", "weak key", "too long", "odd name"],
)
def test_request_that_nobody_may_sign_is_refused(signer: FileSigner, csr: str, name: str) -> None:
    with pytest.raises(CertificateRequestRefused):
        signer.sign(csr, common_name=name, organization="acme")
