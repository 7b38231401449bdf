"""Roots that the station trusts, and its own certificate (OCPP 2.0.1 A02, M03 to M05; 1.6 Security whitepaper)."""

from itertools import pairwise

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
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
from protocol.domain.certificates import CertificateUse, SigningUse
from protocol.domain.commands import CommandReply
from simulator.access import WITH_TLS, Identity
from simulator.behaviours import chain_status, network
from simulator.roots import TrustedRoot, hash_data_of
from simulator.state import StationState

MAX_ROOTS = 10
_KEY_BITS = 255
_FOR_VEHICLES = (SigningUse.V2G, SigningUse.V2G_20)
_ACCEPTED, _REJECTED = CommandReply(status="Accepted"), CommandReply(status="Rejected")


def on_install(state: StationState, message: InstallCertificate, _now: float) -> CommandReply:
    """The root is trusted; what is no certificate, and one too many, is rejected."""
    certificate = _read(message.certificate)
    if certificate is None:
        return _REJECTED
    root = TrustedRoot(message.use, hash_data_of(certificate, certificate), message.certificate)
    if root not in state.roots:
        if len(state.roots) >= MAX_ROOTS:
            return _REJECTED
        state.roots = (*state.roots, root)
    return _ACCEPTED


def on_delete(state: StationState, message: DeleteCertificate, _now: float) -> CommandReply:
    """It is trusted no longer; the last one by which the CSMS proves itself stays (M04.FR.07)."""
    kept = tuple(root for root in state.roots if root.hash_data != message.hash_data)
    if len(kept) == len(state.roots):
        return CommandReply(status="NotFound")
    is_needed = network.security_profile(state) >= WITH_TLS and network.trusted_roots(state)
    if is_needed and not any(root.use is CertificateUse.CSMS_ROOT for root in kept):
        return CommandReply(status="Failed")
    state.roots = kept
    return _ACCEPTED


def on_get_installed(state: StationState, message: GetInstalledCertificates, _now: float) -> InstalledCertificatesReply:
    """The roots, and the station's own chain for vehicles, for the uses that were asked for."""
    roots = (InstalledCertificate(hash_data=root.hash_data, use=root.use) for root in state.roots)
    found = tuple(one for one in (*roots, *_own_chain(state)) if not message.uses or one.use in message.uses)
    return InstalledCertificatesReply(status="Accepted" if found else "NotFound", certificates=found)


def on_signed(state: StationState, message: CertificateSigned, now: float) -> CommandReply:
    """The chain is the station's own, if its first certificate is for the key of the last request, and holds.

    Otherwise the CSMS hears so (OCPP 2.0.1 A02.FR.07).
    """
    certificate, key, use = _read(message.chain), state.signing_key, message.use or state.signing_use
    flaw = network.find_flaw_of_certificate(state, message.chain, state.instant(now))
    if key is None or certificate is None or certificate.public_key() != key.public_key():
        flaw = flaw or "no certificate for the last request"
    if flaw is not None or key is None:
        network.say_security_event(state, "InvalidChargingStationCertificate", now, flaw or "")
        return _REJECTED
    state.signing_key = state.signing_use = None
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    identity = Identity(message.chain, secret)
    if use in _FOR_VEHICLES:
        state.v2g_identity = identity
        chain_status.ask(state, now)
    else:
        network.take_certificate(state, identity, now)
    return _ACCEPTED


def ask_for_certificate(state: StationState, use: SigningUse | None) -> None:
    """A new key is made, and a certificate for it is asked for; `use` None: one for all that the station does."""
    # Seeded like all else: what a simulated station proves with it is nobody's secret.
    key = ec.derive_private_key(state.rng.bits(_KEY_BITS) | 1, ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, state.settings.organization[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, state.plan.station_id[:64]),
        ]
    )
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    state.signing_key, state.signing_use = key, use
    state.post(SignCertificate(request.public_bytes(Encoding.PEM).decode(), use), is_triggered=True)


def _own_chain(state: StationState) -> tuple[InstalledCertificate, ...]:
    if state.v2g_identity is None:
        return ()
    chain = x509.load_pem_x509_certificates(state.v2g_identity.chain.encode())
    names = [hash_data_of(one, issuer) for one, issuer in pairwise((*chain, chain[-1]))]
    return (InstalledCertificate(hash_data=names[0], use=CertificateUse.V2G_CHAIN, children=tuple(names[1:])),)


def _read(pem: str) -> x509.Certificate | None:
    """The first certificate of the text."""
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return None
