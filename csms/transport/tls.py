"""TLS as OCPP wants it, and what a failed TLS handshake says to somebody who has to put it right."""

import ssl
from collections.abc import Sequence
from pathlib import Path

import structlog
from cryptography.x509 import load_pem_x509_certificate

from csms.errors import InvalidSettings
from csms.handshake import Channel
from csms.settings import CsmsSettings
from csms.telemetry import CERTIFICATE_EXPIRES
from protocol.domain.security import RefusalCause

log = structlog.get_logger(__name__)

# The four suites that OCPP 2.0.1 A00.FR.318 and A00.FR.421 name, and the two that serve an RSA certificate with forward
# secrecy. Those of TLS 1.3 need no naming.
_CIPHERS = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)

_ADVICE = {
    "HTTP_REQUEST": (RefusalCause.PLAIN_ON_TLS_PORT, "plain HTTP came to the TLS port: use wss://, or the plain port"),
    "UNSUPPORTED_PROTOCOL": (RefusalCause.TLS_FAILED, "the station speaks only a TLS older than 1.2"),
    "TLSV1_ALERT_PROTOCOL_VERSION": (RefusalCause.TLS_FAILED, "the station refuses TLS 1.2 and newer"),
    "NO_SHARED_CIPHER": (RefusalCause.TLS_FAILED, "the station offers no cipher suite of ours"),
    "TLSV1_ALERT_UNKNOWN_CA": (RefusalCause.TLS_FAILED, "the station does not know the CA of our certificate"),
    "SSLV3_ALERT_BAD_CERTIFICATE": (RefusalCause.TLS_FAILED, "the station refuses our certificate"),
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": (RefusalCause.TLS_FAILED, "the station takes our certificate for expired"),
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": (RefusalCause.TLS_FAILED, "the station refuses our certificate"),
    "CERTIFICATE_VERIFY_FAILED": (RefusalCause.CLIENT_CERTIFICATE, "the client certificate is not to be trusted"),
}


def server_context(settings: CsmsSettings) -> ssl.SSLContext:
    """TLS 1.2 at least (A00.FR.313), our certificate, and a client certificate asked for where a CA is given.

    Asked for and not demanded: one port serves profile 2 and profile 3, and the handshake tells the two apart.
    Raises InvalidSettings where a file is not what it should be.
    """
    assert settings.tls_cert_file is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(":".join(_CIPHERS))
    try:
        context.load_cert_chain(settings.tls_cert_file, settings.tls_key_file)
    except OSError as error:
        raise InvalidSettings([f"CSMS_TLS_CERT_FILE, CSMS_TLS_KEY_FILE: not usable: {error}"]) from error
    if settings.tls_client_ca_file is not None:
        try:
            context.load_verify_locations(settings.tls_client_ca_file)
        except OSError as error:
            raise InvalidSettings([f"CSMS_TLS_CLIENT_CA_FILE: not usable: {error}"]) from error
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


class ServerTls:
    """The context of the handshakes to come. Those that were made keep theirs."""

    def __init__(self, settings: CsmsSettings) -> None:
        self._settings = settings
        self._stamps = self._read_stamps()
        self.context = server_context(settings)
        self._tell_expiry()

    def refresh(self) -> bool:
        """Whether a file has changed, and holds from now on; one that is not usable changes nothing, and is logged."""
        stamps = self._read_stamps()
        if stamps == self._stamps:
            return False
        self._stamps = stamps
        try:
            self.context = server_context(self._settings)
            self._tell_expiry()
        except (InvalidSettings, OSError, ValueError) as error:
            log.error("changed TLS files are not used", reason=str(error))
            return False
        log.info("TLS files read anew")
        return True

    def _read_stamps(self) -> Sequence[tuple[int, int] | None]:
        settings = self._settings
        files = (settings.tls_cert_file, settings.tls_key_file, settings.tls_client_ca_file)
        return [_stamp_of(file) for file in files if file is not None]

    def _tell_expiry(self) -> None:
        assert self._settings.tls_cert_file is not None
        certificate = load_pem_x509_certificate(self._settings.tls_cert_file.read_bytes())
        CERTIFICATE_EXPIRES.set(certificate.not_valid_after_utc.timestamp())


def _stamp_of(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino


def channel_of(certificate: object) -> Channel:
    """Encrypted, with the names in what `getpeercert` gave: it gives only what was verified."""
    if not isinstance(certificate, dict):
        return Channel(is_encrypted=True)
    subject = [attribute for part in certificate.get("subject", ()) for attribute in part]
    return Channel(
        is_encrypted=True,
        names=frozenset(value for key, value in subject if key == "commonName"),
        organizations=frozenset(value for key, value in subject if key == "organizationName"),
        serial=str(certificate.get("serialNumber", "")).upper(),
    )


def explain(error: Exception) -> tuple[RefusalCause, str]:
    """Why a TLS handshake failed, in words for the operator."""
    if not isinstance(error, ssl.SSLError):
        advice = "hung up during the TLS handshake; stations that do not trust our certificate often do so"
        return RefusalCause.TLS_FAILED, f"{advice} ({str(error) or type(error).__name__})"
    cause, advice = _ADVICE.get(error.reason or "", (RefusalCause.TLS_FAILED, "the TLS handshake failed"))
    verification = getattr(error, "verify_message", "")
    return cause, f"{advice} ({verification or error.reason or error})"
