"""Roots that a station trusts, its own certificate, and what it asks for vehicles."""

from datetime import datetime

import msgspec

from protocol.domain.certificates import (
    CertificateHashData,
    CertificateUse,
    EvCertificateAction,
    OcspQuestion,
    RevocationSource,
    RevocationStatus,
    SigningUse,
)


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
    """One root, or a chain with what stands below it. `use` is None in 1.6: the use that was asked for."""

    hash_data: CertificateHashData
    use: CertificateUse | None = None
    children: tuple[CertificateHashData, ...] = ()


class InstalledCertificatesReply(msgspec.Struct, frozen=True):
    """`status` is "NotFound" where there is none."""

    status: str
    certificates: tuple[InstalledCertificate, ...] = ()


class CertificateSigned(msgspec.Struct, frozen=True):
    """The station's own certificate, PEM, followed by what vouches for it. `use` None: for all that it does.

    `request_id` is that of the request (2.1).
    """

    chain: str
    use: SigningUse | None = None
    request_id: int | None = None


class SignCertificate(msgspec.Struct, frozen=True):
    """The station asks for a certificate: a PKCS #10 request, PEM. "Accepted" says only that it will be looked at.

    `use` None: one for all that it does (OCPP 2.0.1 A02). `request_id` comes back with the certificate (2.1).
    """

    request: str
    use: SigningUse | None = None
    request_id: int | None = None


class GetCertificateStatus(msgspec.Struct, frozen=True):
    """Is this certificate revoked? Asked before a contract is taken (OCPP 2.0.1 M06)."""

    question: OcspQuestion


class CertificateStatusReply(msgspec.Struct, frozen=True):
    """`ocsp_result` is the responder's answer, DER in Base64, where Accepted."""

    status: str
    ocsp_result: str | None = None
    reason: str = ""


class RevocationQuestion(msgspec.Struct, frozen=True):
    """Is this certificate revoked? Said by `source`, which is at any of the `urls`."""

    certificate: CertificateHashData
    source: RevocationSource
    urls: tuple[str, ...]


class GetCertificateChainStatus(msgspec.Struct, frozen=True):
    """Is anything of this chain revoked? One to four questions (OCPP 2.1 M07)."""

    questions: tuple[RevocationQuestion, ...]


class RevocationAnswer(msgspec.Struct, frozen=True):
    """What is said of one certificate; `next_update` is when to ask again."""

    certificate: CertificateHashData
    source: RevocationSource
    status: RevocationStatus
    next_update: datetime


class CertificateChainStatusReply(msgspec.Struct, frozen=True):
    """One answer to each question."""

    answers: tuple[RevocationAnswer, ...]


class GetEvCertificate(msgspec.Struct, frozen=True):
    """A vehicle's request for its contract certificate, passed on as it came: EXI in Base64 (OCPP 2.0.1 M01, M02)."""

    schema: str
    action: EvCertificateAction
    exi_request: str


class EvCertificateReply(msgspec.Struct, frozen=True):
    """`exi_response` goes to the vehicle as it is; it is empty where Failed."""

    status: str
    exi_response: str = ""
    reason: str = ""
