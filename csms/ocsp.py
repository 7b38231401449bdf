"""What a responder's own answer says of a certificate (RFC 6960), for stations that do not read it themselves."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.x509 import ocsp

from protocol.domain.certificates import RevocationStatus

ASK_AGAIN = timedelta(hours=1)
"""When to ask again where the responder does not say it."""

_STATUSES: Mapping[ocsp.OCSPCertStatus, RevocationStatus] = {
    ocsp.OCSPCertStatus.GOOD: RevocationStatus.GOOD,
    ocsp.OCSPCertStatus.REVOKED: RevocationStatus.REVOKED,
    ocsp.OCSPCertStatus.UNKNOWN: RevocationStatus.UNKNOWN,
}


def read_status(answer: str, *, serial_number: str) -> tuple[RevocationStatus, datetime | None] | None:
    """The status and when there is news of it; None for what is no answer about that certificate.

    `answer` is DER in Base64, the serial number hex. Who signed it is for the provider to judge, which has fetched it.
    """
    try:
        response = ocsp.load_der_ocsp_response(base64.b64decode(answer, validate=True))
        if response.serial_number != int(serial_number, 16):
            return None
        return _STATUSES[response.certificate_status], response.next_update_utc
    except (binascii.Error, ValueError):
        return None
