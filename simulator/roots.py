"""Certificates that a station trusts, and how certificates are named."""

from dataclasses import dataclass
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp

from protocol.domain.certificates import CertificateHashData, CertificateUse


@dataclass(frozen=True, slots=True)
class TrustedRoot:
    """An installed certificate; itself in PEM."""

    use: CertificateUse
    hash_data: CertificateHashData
    certificate: str


def hash_data_of(certificate: x509.Certificate, issuer: x509.Certificate) -> CertificateHashData:
    """The certificate's name, as OCSP names certificates (OCPP 2.0.1 §2 CertificateHashDataType)."""
    named = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256()).build()
    return CertificateHashData(
        algorithm="SHA256",
        issuer_name_hash=named.issuer_name_hash.hex(),
        issuer_key_hash=named.issuer_key_hash.hex(),
        serial_number=f"{named.serial_number:x}",
    )


@lru_cache(maxsize=64)
def built_in_root(certificate: str) -> TrustedRoot:
    """A root of the CSMS that a station is built with. Raises ValueError for what is no certificate."""
    root = x509.load_pem_x509_certificate(certificate.encode())
    return TrustedRoot(CertificateUse.CSMS_ROOT, hash_data_of(root, root), certificate)
