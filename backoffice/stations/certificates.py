"""Client certificates of stations: a request comes in a fact, a chain goes back in a command.

The authority is behind a port. The one here signs with a key from a file, for one network and for tests; an authority
with rotation and revocation takes its place by the same port.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from backoffice.kit.clock import Clock
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import Unit
from backoffice.stations import repository
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.errors import CertificateRequestRefused, StationNotFound
from backoffice.stations.models import IssuedCertificate
from protocol.blocks.certificates.events import CertificateSigningRequested
from protocol.blocks.certificates.messages import CertificateSigned
from protocol.domain.certificates import SigningUse
from protocol.domain.identifiers import StationId, StationKey

_MIN_RSA_BITS, _MIN_CURVE_BITS = 2048, 224  # OCPP 2.0.1 §A00 certificate properties: 112 bits of security at least
_BACKDATED = timedelta(hours=1)  # stations' clocks are late
_EVERY_PURPOSE = (ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH)
# A station is the client of its CSMS, and the server of a vehicle (ISO 15118-2).
_PURPOSES: Mapping[SigningUse | None, tuple[x509.ObjectIdentifier, ...]] = {
    SigningUse.STATION: (ExtendedKeyUsageOID.CLIENT_AUTH,),
    SigningUse.V2G: (ExtendedKeyUsageOID.SERVER_AUTH,),
    SigningUse.V2G_20: (ExtendedKeyUsageOID.SERVER_AUTH,),
}
_CHAIN_WAITS = timedelta(days=1)
_LIST_IS_GOOD_FOR = timedelta(days=1)
_MAX_CSR = 5_500  # OCPP 2.0.1 SignCertificateRequest.csr


class CertificateSigner(Protocol):
    """An authority that signs stations' certificates."""

    def sign(self, csr_pem: str, *, common_name: str, organization: str, use: SigningUse | None = None) -> str:
        """The chain in PEM, the station's certificate first. Raises CertificateRequestRefused.

        `use` None: for all that the station does, as a client of ours and as a server to vehicles.

        The certificate's O is the organization, the tenant, whatever the request says: the gateway lets it in nowhere
        else (OCPP 1.6 security whitepaper A00.FR.404, OCPP 2.0.1 A00.FR.404).
        """

    def sign_revocations(self, revoked: Sequence[tuple[str, datetime]]) -> str:
        """A list of these serial numbers (hex) and times, in PEM (RFC 5280 §5)."""


class FileSigner:
    """Signs with a certificate and a key from PEM files, the key unencrypted."""

    def __init__(self, certificate_file: Path, key_file: Path, *, lifetime: timedelta, clock: Clock) -> None:
        self._chain = certificate_file.read_text()
        self._issuer = x509.load_pem_x509_certificate(self._chain.encode())
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        if not isinstance(key, EllipticCurvePrivateKey | RSAPrivateKey):
            raise ValueError(f"{key_file} holds neither an EC nor an RSA key")
        self._key = key
        self._lifetime = lifetime
        self._clock = clock

    def sign(self, csr_pem: str, *, common_name: str, organization: str, use: SigningUse | None = None) -> str:
        """The station's certificate and ours. Nothing of the request counts but its key and its name.

        Raises CertificateRequestRefused for a name that is not `common_name`, a weak key or a wrong signature.
        """
        request = _read_request(csr_pem, common_name)
        now = self._clock()
        if self._issuer.not_valid_after_utc <= now:
            raise CertificateRequestRefused("the authority's own certificate has expired")
        certificate = (
            x509.CertificateBuilder()
            .subject_name(_name(common_name, organization))
            .issuer_name(self._issuer.subject)
            .public_key(request.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BACKDATED)
            .not_valid_after(min(now + self._lifetime, self._issuer.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage(_PURPOSES.get(use, _EVERY_PURPOSE)), critical=False)
            .sign(self._key, SHA256())
        )
        return certificate.public_bytes(Encoding.PEM).decode() + self._chain

    def sign_revocations(self, revoked: Sequence[tuple[str, datetime]]) -> str:
        """Good for a day, by our own clock."""
        now = self._clock()
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self._issuer.subject)
            .last_update(now)
            .next_update(now + _LIST_IS_GOOD_FOR)
        )
        for serial, revoked_at in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(int(serial, 16)).revocation_date(revoked_at)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self._key, SHA256()).public_bytes(Encoding.PEM).decode()


class SigningDesk:
    """Answers the requests that come in facts (OCPP 2.0.1 A02, A03; OCPP 1.6 Security whitepaper A02, A03).

    `v2g_signer` signs what is for vehicles alone.
    """

    def __init__(
        self,
        signer: CertificateSigner,
        dispatch: Dispatch,
        *,
        clock: Clock,
        v2g_signer: CertificateSigner | None = None,
    ) -> None:
        self._signer = signer
        self._v2g_signer = v2g_signer or signer
        self._dispatch = dispatch
        self._clock = clock

    async def on_requested(self, event: CertificateSigningRequested, delivery: Delivery, unit: Unit) -> None:
        """The station's certificate waits in its queue of commands, and is in the register.

        Raises CertificateRequestRefused, and StationNotFound for a station that nobody registered.
        """
        station = await repository.find_station(unit, delivery.envelope.subject)
        if station is None:
            raise StationNotFound(delivery.envelope.subject)
        name = station.certificate_name or station.id
        if (other := await repository.find_namesake(unit, station.id, name)) is not None:
            raise CertificateRequestRefused(f"the name {name} is that of station {other} as well")
        is_for_vehicles = event.use in (SigningUse.V2G, SigningUse.V2G_20)
        signer = self._v2g_signer if is_for_vehicles else self._signer
        chain = signer.sign(event.request, common_name=name, organization=unit.tenant, use=event.use)
        key = StationKey(unit.tenant, StationId(station.id))
        until = self._clock() + _CHAIN_WAITS
        # One for vehicles does not take the place of one for us in the queue.
        by = f"stations/{event.use}" if is_for_vehicles else "stations"
        signed = CertificateSigned(chain, event.use, event.request_id)
        await self._dispatch.enqueue(unit, key, signed, by=by, queue_until=until)
        self._enter(unit, station.id, name, chain, event.use)

    def _enter(self, unit: Unit, station_id: str, name: str, chain: str, use: SigningUse | None) -> None:
        certificate, now = x509.load_pem_x509_certificates(chain.encode())[0], self._clock()
        unit.session.add(
            IssuedCertificate(
                tenant_id=unit.tenant,
                serial=serial_text(certificate.serial_number),
                station_id=station_id,
                common_name=name,
                use=use,
                not_before=certificate.not_valid_before_utc,
                not_after=certificate.not_valid_after_utc,
                issued_at=now,
                # Where it ends soon because its authority does, asking again at once would make no later one.
                renewal_asked_at=now,
            )
        )


def serial_text(serial: int) -> str:
    """In hex, byte by byte, as TLS libraries and the gateway's registry say it."""
    return serial.to_bytes(max(1, (serial.bit_length() + 7) // 8)).hex().upper()


def _name(common_name: str, organization: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _read_request(csr_pem: str, common_name: str) -> x509.CertificateSigningRequest:
    if len(csr_pem) > _MAX_CSR:
        raise CertificateRequestRefused(f"it has {len(csr_pem)} characters; {_MAX_CSR} are the most")
    try:
        request = x509.load_pem_x509_csr(csr_pem.encode())
        is_signed = request.is_signature_valid
        key = request.public_key()
        names = [attribute.value for attribute in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise CertificateRequestRefused(f"it is no certificate signing request: {error}") from error
    if not is_signed:
        raise CertificateRequestRefused("it is not signed with its own key")
    if names != [common_name]:
        raise CertificateRequestRefused(f"its common name is {names}; {common_name} is the station's")
    is_strong = (isinstance(key, RSAPublicKey) and key.key_size >= _MIN_RSA_BITS) or (
        isinstance(key, EllipticCurvePublicKey) and key.key_size >= _MIN_CURVE_BITS
    )
    if not is_strong:
        raise CertificateRequestRefused("its key is too weak, or neither RSA nor EC")
    return request
