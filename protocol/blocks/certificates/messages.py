"""Roots that a station trusts, and its own certificate."""

import msgspec

from protocol.domain.certificates import CertificateHashData, CertificateUse


class InstallCertificate(msgspec.Struct, frozen=True):
    """The station is to trust this root, PEM."""

    use: CertificateUse
    certificate: str


class DeleteCertificate(msgspec.Struct, frozen=True):
    """The station is to trust it no longer."""

    hash_data: CertificateHashData


class GetInstalledCertificates(msgspec.Struct, frozen=True):
    """Which roots does the station trust? 1.6 asks for one use at a time; in 2.x no use at all means every one."""

    uses: tuple[CertificateUse, ...] = ()


class InstalledCertificate(msgspec.Struct, frozen=True):
    """One root. `use` is None in 1.6, where the use that was asked for is meant."""

    hash_data: CertificateHashData
    use: CertificateUse | None = None


class InstalledCertificatesReply(msgspec.Struct, frozen=True):
    """`status` is "NotFound" where there is none."""

    status: str
    certificates: tuple[InstalledCertificate, ...] = ()


class CertificateSigned(msgspec.Struct, frozen=True):
    """The station's own certificate, PEM, followed by what vouches for it."""

    chain: str


class SignCertificate(msgspec.Struct, frozen=True):
    """The station asks for a certificate: a PKCS #10 request, PEM. "Accepted" says only that it will be looked at."""

    request: str
