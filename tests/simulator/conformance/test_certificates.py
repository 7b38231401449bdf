"""Certificates that the judge makes, and the chains that it holds against what was asked for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from simulator.conformance.certificates import (
    issue_of_ones_own,
    new_key,
    new_root,
    require_chain,
    require_strong,
    signing_request,
    trusting,
)
from simulator.conformance.verdicts import Failed
from tests.factories.certificates import MinimalAuthority


def test_request_names_the_station_and_is_signed_with_its_key() -> None:
    key = new_key()

    request = x509.load_pem_x509_csr(signing_request("CP-1", key).encode())

    assert request.is_signature_valid
    assert request.public_key() == key.public_key()
    assert request.subject.rfc4514_string() == "CN=CP-1"


def test_chain_for_the_key_is_taken() -> None:
    identity = issue_of_ones_own("CP-1")

    first = require_chain(identity.chain, identity.key)

    assert first.subject.rfc4514_string() == "CN=CP-1"
    assert identity.chain == identity.leaf + identity.root


def test_chain_with_the_line_ends_of_windows_is_taken() -> None:
    identity = issue_of_ones_own("CP-1")

    require_chain(identity.chain.replace("\n", "\r\n"), identity.key)


def test_chain_that_is_wrong_is_named_so(tmp_path: Path) -> None:
    identity = issue_of_ones_own("CP-1")
    stranger = new_root("Stranger")

    with pytest.raises(Failed, match="not in PEM"):
        require_chain("nonsense", identity.key)
    with pytest.raises(Failed, match="for another key"):
        require_chain(identity.chain, new_key())
    with pytest.raises(Failed, match="CN=CP-1 is not signed by the next"):
        require_chain(identity.leaf + stranger, identity.key)
    expired = MinimalAuthority(tmp_path).issue("CP-1", days=-1)
    key = load_pem_private_key(expired.key.read_bytes(), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    with pytest.raises(Failed, match="CN=CP-1 is not valid now"):
        require_chain(expired.certificate.read_text(), key)


def _self_signed(key: RSAPrivateKey | EllipticCurvePrivateKey) -> bytes:
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "csms")]), datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    return dated.sign(key, SHA256()).public_bytes(Encoding.DER)


def test_weak_key_of_a_csms_is_found_out() -> None:
    require_strong(_self_signed(generate_private_key(65_537, 2_048)))
    require_strong(_self_signed(new_key()))

    with pytest.raises(Failed, match="an RSA key of 1024 bits; 2048 are due"):
        require_strong(_self_signed(generate_private_key(65_537, 1_024)))
    with pytest.raises(Failed, match="an EC key of 192 bits; 224 are due"):
        require_strong(_self_signed(ec.generate_private_key(ec.SECP192R1())))


def test_client_shows_its_certificate_without_leaving_it_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    trusting(None, issue_of_ones_own("CP-1"))

    assert list(tmp_path.iterdir()) == []
