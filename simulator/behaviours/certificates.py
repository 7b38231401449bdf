"""Roots that the station trusts, and its own certificate (OCPP 2.0.1 A02, M03 to M05; 1.6 Security whitepaper)."""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from protocol.blocks.certificates.messages import (
    CertificateSigned,
    DeleteCertificate,
    GetInstalledCertificates,
    InstallCertificate,
    InstalledCertificate,
    InstalledCertificatesReply,
    SignCertificate,
)
from protocol.domain.certificates import CertificateHashData, SigningUse
from protocol.domain.commands import CommandReply
from simulator.state import StationState
from simulator.stores import TrustedRoot

MAX_ROOTS = 10
_KEY_BITS = 255
_ACCEPTED, _REJECTED = CommandReply(status="Accepted"), CommandReply(status="Rejected")


def on_install(state: StationState, message: InstallCertificate, _now: float) -> CommandReply:
    """The root is trusted; what is no certificate, and one too many, is rejected."""
    certificate = _read(message.certificate)
    if certificate is None:
        return _REJECTED
    root = TrustedRoot(message.use, hash_data_of(certificate))
    if root not in state.roots:
        if len(state.roots) >= MAX_ROOTS:
            return _REJECTED
        state.roots = (*state.roots, root)
    return _ACCEPTED


def on_delete(state: StationState, message: DeleteCertificate, _now: float) -> CommandReply:
    """It is trusted no longer."""
    kept = tuple(root for root in state.roots if root.hash_data != message.hash_data)
    if len(kept) == len(state.roots):
        return CommandReply(status="NotFound")
    state.roots = kept
    return _ACCEPTED


def on_get_installed(state: StationState, message: GetInstalledCertificates, _now: float) -> InstalledCertificatesReply:
    """The roots for the uses that were asked for."""
    found = tuple(
        InstalledCertificate(hash_data=root.hash_data, use=root.use)
        for root in state.roots
        if not message.uses or root.use in message.uses
    )
    return InstalledCertificatesReply(status="Accepted" if found else "NotFound", certificates=found)


def on_signed(state: StationState, message: CertificateSigned, _now: float) -> CommandReply:
    """The chain is the station's own, if its first certificate is for the key of the last request."""
    certificate, key = _read(message.chain), state.signing_key
    if certificate is None or key is None or certificate.public_key() != key.public_key():
        return _REJECTED
    state.certificate_chain, state.signing_key = message.chain, None
    return _ACCEPTED


def ask_for_certificate(state: StationState, use: SigningUse | None) -> None:
    """A new key is made, and a certificate for it is asked for; `use` None: one for all that the station does."""
    # Seeded like all else: what a simulated station proves with it is nobody's secret.
    key = ec.derive_private_key(state.rng.bits(_KEY_BITS) | 1, ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, state.plan.station_id[:64])])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    state.signing_key = key
    state.post(SignCertificate(request.public_bytes(Encoding.PEM).decode(), use), is_triggered=True)


def hash_data_of(certificate: x509.Certificate) -> CertificateHashData:
    """The name of a root, who is its own issuer, as OCSP names certificates (OCPP 2.0.1 §2 CertificateHashDataType)."""
    named = ocsp.OCSPRequestBuilder().add_certificate(certificate, certificate, hashes.SHA256()).build()
    return CertificateHashData(
        algorithm="SHA256",
        issuer_name_hash=named.issuer_name_hash.hex(),
        issuer_key_hash=named.issuer_key_hash.hex(),
        serial_number=f"{named.serial_number:x}",
    )


def _read(pem: str) -> x509.Certificate | None:
    """The first certificate of the text."""
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return None
