"""What a responder's own answer says of a certificate (RFC 6960), for stations that do not read it themselves."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import ocsp

from protocol.domain.certificates import CertificateHashData, RevocationStatus

ASK_AGAIN = timedelta(hours=1)
"""When to ask again where the responder does not say it."""

_CLOCKS_APART = timedelta(minutes=5)  # as much as responders and their readers commonly allow each other
_STATUSES: Mapping[ocsp.OCSPCertStatus, RevocationStatus] = {
    ocsp.OCSPCertStatus.GOOD: RevocationStatus.GOOD,
    ocsp.OCSPCertStatus.REVOKED: RevocationStatus.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN: RevocationStatus.UNKNOWN,
}


def read_status(
    answer: str, *, asked: CertificateHashData, now: datetime
) -> tuple[RevocationStatus, datetime | None] | None:
    """The status and when there is news of it; None for what is no answer about that certificate, or none of today.

    `answer` is DER in Base64. Of today is what has been said by now, as far as clocks agree, and is not to be renewed
    yet (RFC 6960 §4.2.2.1). Who signed it is for the provider to judge, which has fetched it.
    """
    try:
        response = ocsp.load_der_ocsp_response(base64.b64decode(answer, validate=True))
        if not _is_about(response, asked) or not _is_current(response, now):
            return None
        return _STATUSES[response.certificate_status], response.next_update_utc
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return None


def _is_about(response: ocsp.OCSPResponse, asked: CertificateHashData) -> bool:
    return (
        response.hash_algorithm.name == asked.algorithm.lower()
        and response.issuer_name_hash == bytes.fromhex(asked.issuer_name_hash)
        and response.issuer_key_hash == bytes.fromhex(asked.issuer_key_hash)
        and response.serial_number == int(asked.serial_number, 16)
    )


def _is_current(response: ocsp.OCSPResponse, now: datetime) -> bool:
    next_update = response.next_update_utc
    return response.this_update_utc <= now + _CLOCKS_APART and (next_update is None or now < next_update)
