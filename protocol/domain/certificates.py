"""Certificates as OCPP names them (OCPP 2.0.1 M; OCPP 1.6 Security whitepaper §5)."""

import base64
import binascii
import re
from enum import StrEnum

import msgspec

_REQUEST = re.compile(
    r"\s*-----BEGIN (?P<label>(?:NEW )?CERTIFICATE REQUEST)-----(?P<body>[A-Za-z0-9+/=\s]+)-----END (?P=label)-----\s*"
)
_DER_SEQUENCE = 0x30
_LONG_FORM = 0x80


class CertificateUse(StrEnum):
    """What an installed certificate vouches for (OCPP 2.0.1 §3 GetCertificateIdUseEnumType).

    V2G_CHAIN is the station's own for ISO 15118: listed, and never installed. OEM_ROOT came with 2.1.
    """

    CSMS_ROOT = "CSMSRootCertificate"
    MANUFACTURER_ROOT = "ManufacturerRootCertificate"
    V2G_ROOT = "V2GRootCertificate"
    MO_ROOT = "MORootCertificate"
    V2G_CHAIN = "V2GCertificateChain"
    OEM_ROOT = "OEMRootCertificate"


class SigningUse(StrEnum):
    """What a station's own certificate is for (OCPP 2.0.1 §3 CertificateSigningUseEnumType). V2G_20 came with 2.1."""

    STATION = "ChargingStationCertificate"
    V2G = "V2GCertificate"
    V2G_20 = "V2G20Certificate"


class EvCertificateAction(StrEnum):
    """What a vehicle wants of its contract certificate (OCPP 2.0.1 §3 CertificateActionEnumType)."""

    INSTALL = "Install"
    UPDATE = "Update"


class CertificateHashData(msgspec.Struct, frozen=True):
    """A certificate's name: hashes in hex by `algorithm` (SHA256, SHA384, SHA512), and its serial number in hex."""

    algorithm: str
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str


class RevocationSource(StrEnum):
    """Who says whether a certificate is revoked (OCPP 2.1 §3 CertificateStatusSourceEnumType)."""

    OCSP = "OCSP"
    CRL = "CRL"


class RevocationStatus(StrEnum):
    """What is said of a certificate; FAILED: nobody could be asked (OCPP 2.1 §3 CertificateStatusEnumType)."""

    GOOD = "Good"
    REVOKED = "Revoked"
    UNKNOWN = "Unknown"
    FAILED = "Failed"


class OcspQuestion(CertificateHashData, frozen=True):
    """Whether a certificate is revoked, asked of the responder at this URL (OCPP 2.0.1 §2 OCSPRequestDataType)."""

    responder_url: str


def is_pem_request(text: str) -> bool:
    """Whether the text is one PEM block that holds one DER sequence, as a PKCS #10 request does (RFC 7468 §7).

    What stands in the request, and who signed it, is for the signing authority to judge.
    """
    match = _REQUEST.fullmatch(text)
    if match is None:
        return False
    try:
        der = base64.b64decode("".join(match["body"].split()), validate=True)
    except binascii.Error:
        return False
    return _is_one_sequence(der)


def _is_one_sequence(der: bytes) -> bool:
    if len(der) < 2 or der[0] != _DER_SEQUENCE:
        return False
    if der[1] < _LONG_FORM:
        return len(der) == 2 + der[1]
    digits = der[1] - _LONG_FORM
    return 0 < digits <= 4 and len(der) == 2 + digits + int.from_bytes(der[2 : 2 + digits])
