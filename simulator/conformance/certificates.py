"""What the judge needs to know of certificates: keys of its stations, requests, roots of its own, and TLS."""

import ssl
import tempfile
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from simulator.conformance.checks import require
from simulator.conformance.verdicts import Failed

REQUIRED_CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
"""What every CSMS speaks, of which its certificate decides (OCPP 2.0.1 A00.FR.318)."""

_VALID = timedelta(days=1)
_RSA_BITS, _EC_BITS = 2048, 224


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate with those above it, in PEM, the lowest first, and its key."""

    chain: str
    key: EllipticCurvePrivateKey

    @property
    def leaf(self) -> str:
        """The lowest certificate."""
        return _pem(x509.load_pem_x509_certificates(self.chain.encode())[0])

    @property
    def root(self) -> str:
        """The highest."""
        return _pem(x509.load_pem_x509_certificates(self.chain.encode())[-1])


def new_key() -> EllipticCurvePrivateKey:
    """P-256, as stations mostly have."""
    return generate_private_key(SECP256R1())


def signing_request(name: str, key: EllipticCurvePrivateKey) -> str:
    """In PEM, for this common name."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(_subject(name))
    return _pem(builder.sign(key, SHA256()))


def issue_of_ones_own(name: str) -> Identity:
    """A certificate for this common name under a root that the judge has just made, and nobody trusts."""
    root_key, key = new_key(), new_key()
    root = _builder("Judge", "Judge", root_key).add_extension(x509.BasicConstraints(True, None), True)
    leaf = _builder(name, "Judge", key)
    return Identity(_pem(leaf.sign(root_key, SHA256())) + _pem(root.sign(root_key, SHA256())), key)


def new_root(name: str) -> str:
    """A certificate of this common name that signs itself, in PEM."""
    return issue_of_ones_own(name).root


def require_chain(pem: str, key: EllipticCurvePrivateKey) -> x509.Certificate:
    """The first certificate: it is for this key, valid now, and each is signed by the next. Raises Failed."""
    try:
        chain = x509.load_pem_x509_certificates(pem.encode())
    except ValueError as error:
        raise Failed(f"The certificateChain is not in PEM: {error}.") from error
    first, now = chain[0], datetime.now(UTC)
    require(first.public_key() == key.public_key(), "The certificate is for another key than was asked for.")
    for one in chain:
        is_valid = one.not_valid_before_utc <= now < one.not_valid_after_utc
        require(is_valid, f"The certificate of {one.subject.rfc4514_string()} is not valid now.")
    for one, issuer in pairwise(chain):
        try:
            one.verify_directly_issued_by(issuer)
        except (InvalidSignature, ValueError, TypeError) as error:
            raise Failed(f"{one.subject.rfc4514_string()} is not signed by the next in the chain.") from error
    return first


def require_strong(der: bytes) -> None:
    """The certificate's key gives 112 bits of security (OCPP 2.0.1 A00, certificate properties). Raises Failed."""
    key = x509.load_der_x509_certificate(der).public_key()
    if isinstance(key, RSAPublicKey):
        require(key.key_size >= _RSA_BITS, f"The CSMS shows an RSA key of {key.key_size} bits; {_RSA_BITS} are due.")
    elif isinstance(key, EllipticCurvePublicKey):
        require(key.key_size >= _EC_BITS, f"The CSMS shows an EC key of {key.key_size} bits; {_EC_BITS} are due.")
    else:
        raise Failed("The CSMS shows a key that is neither RSA nor EC.")


def trusting(roots: Path | None, shown: Identity | None = None) -> ssl.SSLContext:
    """A client that trusts these roots, or those of the machine, and shows this certificate if it is asked."""
    context = ssl.create_default_context(cafile=roots)
    if shown is not None:
        with tempfile.NamedTemporaryFile() as file:  # the standard library reads certificates from files alone
            key = shown.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            file.write(key + shown.chain.encode())
            file.flush()
            context.load_cert_chain(file.name)
    return context


def required_only(roots: Path | None) -> ssl.SSLContext:
    """A client with TLS 1.2 and nothing but REQUIRED_CIPHERS."""
    context = trusting(roots)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join(REQUIRED_CIPHERS))
    return context


def outdated(roots: Path | None) -> ssl.SSLContext:
    """A client that knows nothing newer than TLS 1.1."""
    context = trusting(roots)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that it is old is the point
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def _builder(name: str, issuer: str, key: EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_subject(name))
        .issuer_name(_subject(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number() >> 8)
        .not_valid_before(now - _VALID)
        .not_valid_after(now + _VALID)
    )


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(made: x509.Certificate | x509.CertificateSigningRequest) -> str:
    return made.public_bytes(Encoding.PEM).decode()
