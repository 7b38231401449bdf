"""OCPP 2.1 certificates: roots of vehicle makers, ISO 15118-20, and whether anything of a chain is revoked."""

from typing import Any

from msgspec import UNSET

from protocol.blocks.certificates import v201
from protocol.blocks.certificates.messages import (
    CertificateChainStatusReply,
    CertificateSigned,
    GetCertificateChainStatus,
    GetInstalledCertificates,
    InstallCertificate,
    RevocationAnswer,
    RevocationQuestion,
    SignCertificate,
)
from protocol.dialects.v21 import extended
from protocol.dialects.words import given, read_timestamp, sent, spelled
from protocol.domain.certificates import (
    CertificateHashData,
    CertificateUse,
    RevocationSource,
    RevocationStatus,
    SigningUse,
)
from protocol.domain.routes import Direction, Route
from protocol.domain.time import format_timestamp
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v21


def decode_install(request: v21.InstallCertificateRequest) -> InstallCertificate:
    """Source: OCPP 2.1 M05."""
    return InstallCertificate(use=CertificateUse(request.certificate_type), certificate=request.certificate)


def encode_install(message: InstallCertificate) -> v21.InstallCertificateRequest:
    """Raises NotExpressible for the station's own chain, which CertificateSigned brings."""
    if message.use is CertificateUse.V2G_CHAIN:
        raise NotExpressible(OcppVersion.V21, f"InstallCertificate of a {message.use}")
    return v21.InstallCertificateRequest(certificate_type=spelled(message.use), certificate=message.certificate)


def decode_get_installed(request: v21.GetInstalledCertificateIdsRequest) -> GetInstalledCertificates:
    """No type at all means every one. Source: OCPP 2.1 M03."""
    return GetInstalledCertificates(uses=tuple(CertificateUse(use) for use in given(request.certificate_type) or ()))


def encode_get_installed(message: GetInstalledCertificates) -> v21.GetInstalledCertificateIdsRequest:
    """Source: OCPP 2.1 M03."""
    uses = tuple(spelled(use) for use in message.uses)
    return v21.GetInstalledCertificateIdsRequest(certificate_type=uses or UNSET)


def decode_signed(request: v21.CertificateSignedRequest) -> CertificateSigned:
    """Source: OCPP 2.1 A02, A03."""
    use = given(request.certificate_type)
    return CertificateSigned(
        chain=request.certificate_chain,
        use=None if use is None else SigningUse(use),
        request_id=given(request.request_id),
    )


def encode_signed(message: CertificateSigned) -> v21.CertificateSignedRequest:
    """Source: OCPP 2.1 A02, A03."""
    return v21.CertificateSignedRequest(
        certificate_chain=message.chain,
        certificate_type=_write_use(message.use),
        request_id=sent(message.request_id),
    )


def decode_sign(request: v21.SignCertificateRequest) -> SignCertificate:
    """Source: OCPP 2.1 A02, A03. Which root the chain is to end at is not read: each authority has its own."""
    use = given(request.certificate_type)
    return SignCertificate(
        request=request.csr, use=None if use is None else SigningUse(use), request_id=given(request.request_id)
    )


def encode_sign(message: SignCertificate) -> v21.SignCertificateRequest:
    """Source: OCPP 2.1 A02, A03."""
    return v21.SignCertificateRequest(
        csr=message.request, certificate_type=_write_use(message.use), request_id=sent(message.request_id)
    )


def decode_get_chain_status(request: v21.GetCertificateChainStatusRequest) -> GetCertificateChainStatus:
    """Source: OCPP 2.1 M07."""
    return GetCertificateChainStatus(
        tuple(
            RevocationQuestion(
                _read_hash_data(question.certificate_hash_data), RevocationSource(question.source), question.urls
            )
            for question in request.certificate_status_requests
        )
    )


def encode_get_chain_status(message: GetCertificateChainStatus) -> v21.GetCertificateChainStatusRequest:
    """Source: OCPP 2.1 M07."""
    return v21.GetCertificateChainStatusRequest(
        certificate_status_requests=tuple(
            v21.CertificateStatusRequestInfo(
                certificate_hash_data=_write_hash_data(question.certificate),
                source=spelled(question.source),
                urls=question.urls,
            )
            for question in message.questions
        )
    )


def decode_chain_status(response: v21.GetCertificateChainStatusResponse) -> CertificateChainStatusReply:
    """Source: OCPP 2.1 M07."""
    return CertificateChainStatusReply(
        tuple(
            RevocationAnswer(
                certificate=_read_hash_data(one.certificate_hash_data),
                source=RevocationSource(one.source),
                status=RevocationStatus(one.status),
                next_update=read_timestamp(one.next_update, "$.certificateStatus.nextUpdate"),
            )
            for one in response.certificate_status
        )
    )


def encode_chain_status(reply: CertificateChainStatusReply) -> v21.GetCertificateChainStatusResponse:
    """Source: OCPP 2.1 M07."""
    return v21.GetCertificateChainStatusResponse(
        certificate_status=tuple(
            v21.CertificateStatus(
                certificate_hash_data=_write_hash_data(one.certificate),
                source=spelled(one.source),
                status=spelled(one.status),
                next_update=format_timestamp(one.next_update),
            )
            for one in reply.answers
        )
    )


def _read_hash_data(data: v21.CertificateHashData) -> CertificateHashData:
    return CertificateHashData(
        algorithm=data.hash_algorithm,
        issuer_name_hash=data.issuer_name_hash,
        issuer_key_hash=data.issuer_key_hash,
        serial_number=data.serial_number,
    )


def _write_hash_data(data: CertificateHashData) -> v21.CertificateHashData:
    return v21.CertificateHashData(
        hash_algorithm=spelled(data.algorithm),
        issuer_name_hash=data.issuer_name_hash,
        issuer_key_hash=data.issuer_key_hash,
        serial_number=data.serial_number,
    )


def _write_use(use: SigningUse | None) -> Any:  # Any: a Literal of the wire, or UNSET
    return UNSET if use is None else spelled(use)


ROUTES = (
    extended(v201.ROUTES, "InstallCertificate", decode_request=decode_install, encode_request=encode_install),
    extended(
        v201.ROUTES,
        "GetInstalledCertificateIds",
        decode_request=decode_get_installed,
        encode_request=encode_get_installed,
    ),
    extended(v201.ROUTES, "CertificateSigned", decode_request=decode_signed, encode_request=encode_signed),
    extended(v201.ROUTES, "SignCertificate", decode_request=decode_sign, encode_request=encode_sign),
    Route(
        action="GetCertificateChainStatus",
        direction=Direction.FROM_STATION,
        messages=(GetCertificateChainStatus,),
        reply=CertificateChainStatusReply,
        request=v21.GetCertificateChainStatusRequest,
        response=v21.GetCertificateChainStatusResponse,
        decode_request=decode_get_chain_status,
        encode_request=encode_get_chain_status,
        decode_response=decode_chain_status,
        encode_response=encode_chain_status,
    ),
)
