"""What a responder's own answer says of a certificate (RFC 6960), for stations that do not read it themselves."""

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509 import ocsp

from csms.errors import OcspAnswerRefused
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
    answer: str, *, asked: CertificateHashData, now: datetime, max_age: timedelta
) -> tuple[RevocationStatus, datetime | None]:
    """The status and when there is news of it. Raises OcspAnswerRefused for what is no answer about it of today.

    `answer` is DER in Base64. Of today is what has been said by now, as far as clocks agree, and is not to be renewed
    yet; where it does not say when, news is always there (RFC 6960 §4.2.2.1), and it is good for `max_age`. Who signed
    it is for the provider to judge, which has fetched it.
    """
    try:
        response = ocsp.load_der_ocsp_response(base64.b64decode(answer, validate=True))
        if not _is_about(response, asked):
            raise OcspAnswerRefused("it is about another certificate")
        _require_current(response, now, max_age)
        return _STATUSES[response.certificate_status], response.next_update_utc
    except (binascii.Error, ValueError, UnsupportedAlgorithm) as error:
        raise OcspAnswerRefused(f"it cannot be read: {error}") from error


def _is_about(response: ocsp.OCSPResponse, asked: CertificateHashData) -> bool:
    return (
        response.hash_algorithm.name == asked.algorithm.lower()
        and response.issuer_name_hash == bytes.fromhex(asked.issuer_name_hash)
        and response.issuer_key_hash == bytes.fromhex(asked.issuer_key_hash)
        and response.serial_number == int(asked.serial_number, 16)
    )


def _require_current(response: ocsp.OCSPResponse, now: datetime, max_age: timedelta) -> None:
    said_at, next_update = response.this_update_utc, response.next_update_utc
    if said_at > now + _CLOCKS_APART:
        raise OcspAnswerRefused(f"it is of {said_at:%Y-%m-%d %H:%M} UTC, which is still to come")
    if next_update is not None and now >= next_update:
        raise OcspAnswerRefused(f"it was to be renewed at {next_update:%Y-%m-%d %H:%M} UTC")
    if next_update is None and now - said_at > max_age:
        raise OcspAnswerRefused(
            f"it is of {said_at:%Y-%m-%d %H:%M} UTC and says no nextUpdate; such an answer is good for {max_age}"
        )
