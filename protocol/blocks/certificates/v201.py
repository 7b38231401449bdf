"""OCPP 2.0.1 certificates: installed roots, the station's own, revocation, and contract certificates of vehicles."""

from typing import Any

from msgspec import UNSET

from protocol.blocks.certificates.messages import (
    CertificateSigned,
    CertificateStatusReply,
    DeleteCertificate,
    EvCertificateReply,
    GetCertificateStatus,
    GetEvCertificate,
    GetInstalledCertificates,
    InstallCertificate,
    InstalledCertificate,
    InstalledCertificatesReply,
    SignCertificate,
)
from protocol.dialects.v201 import answer_writer, read_answer, write_status_info
from protocol.dialects.words import given, sent, spelled
from protocol.domain.certificates import (
    CertificateHashData,
    CertificateUse,
    EvCertificateAction,
    OcspQuestion,
    SigningUse,
)
from protocol.domain.commands import CommandReply
from protocol.domain.routes import Direction, Route
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v201

_NOT_INSTALLED = frozenset((CertificateUse.V2G_CHAIN, CertificateUse.OEM_ROOT))


def decode_install(request: v201.InstallCertificateRequest) -> InstallCertificate:
    """Source: OCPP 2.0.1 M05."""
    return InstallCertificate(use=CertificateUse(request.certificate_type), certificate=request.certificate)


def encode_install(message: InstallCertificate) -> v201.InstallCertificateRequest:
    """Raises NotExpressible for the station's own chain, which CertificateSigned brings, and for 2.1's OEM root."""
    if message.use in _NOT_INSTALLED:
        raise NotExpressible(OcppVersion.V201, f"InstallCertificate of a {message.use}")
    return v201.InstallCertificateRequest(certificate_type=spelled(message.use), certificate=message.certificate)


def decode_delete(request: v201.DeleteCertificateRequest) -> DeleteCertificate:
    """Source: OCPP 2.0.1 M04."""
    return DeleteCertificate(hash_data=_read_hash_data(request.certificate_hash_data))


def encode_delete(message: DeleteCertificate) -> v201.DeleteCertificateRequest:
    """Source: OCPP 2.0.1 M04."""
    return v201.DeleteCertificateRequest(certificate_hash_data=_write_hash_data(message.hash_data))


def decode_get_installed(request: v201.GetInstalledCertificateIdsRequest) -> GetInstalledCertificates:
    """No type at all means every one. Source: OCPP 2.0.1 M03."""
    return GetInstalledCertificates(uses=tuple(CertificateUse(use) for use in given(request.certificate_type) or ()))


def encode_get_installed(message: GetInstalledCertificates) -> v201.GetInstalledCertificateIdsRequest:
    """Raises NotExpressible for 2.1's OEM root. Source: OCPP 2.0.1 M03."""
    if CertificateUse.OEM_ROOT in message.uses:
        raise NotExpressible(OcppVersion.V201, f"a {CertificateUse.OEM_ROOT}")
    uses = tuple(spelled(use) for use in message.uses)
    return v201.GetInstalledCertificateIdsRequest(certificate_type=uses or UNSET)


def decode_installed(response: v201.GetInstalledCertificateIdsResponse) -> InstalledCertificatesReply:
    """Source: OCPP 2.0.1 M03."""
    return InstalledCertificatesReply(
        status=response.status,
        certificates=tuple(
            InstalledCertificate(
                hash_data=_read_hash_data(chain.certificate_hash_data),
                use=CertificateUse(chain.certificate_type),
                children=tuple(_read_hash_data(child) for child in given(chain.child_certificate_hash_data) or ()),
            )
            for chain in given(response.certificate_hash_data_chain) or ()
        ),
    )


def encode_installed(reply: InstalledCertificatesReply) -> v201.GetInstalledCertificateIdsResponse:
    """Raises NotExpressible for a certificate that does not say what it is for."""
    chains = tuple(_write_chain(one) for one in reply.certificates)
    return v201.GetInstalledCertificateIdsResponse(
        status=spelled(reply.status), certificate_hash_data_chain=chains or UNSET
    )


def decode_signed(request: v201.CertificateSignedRequest) -> CertificateSigned:
    """Source: OCPP 2.0.1 A02, A03."""
    use = given(request.certificate_type)
    return CertificateSigned(chain=request.certificate_chain, use=None if use is None else SigningUse(use))


def encode_signed(message: CertificateSigned) -> v201.CertificateSignedRequest:
    """Raises NotExpressible for a certificate of ISO 15118-20, which came with 2.1."""
    return v201.CertificateSignedRequest(certificate_chain=message.chain, certificate_type=_write_use(message.use))


def decode_sign(request: v201.SignCertificateRequest) -> SignCertificate:
    """Source: OCPP 2.0.1 A02, A03."""
    use = given(request.certificate_type)
    return SignCertificate(request=request.csr, use=None if use is None else SigningUse(use))


def encode_sign(message: SignCertificate) -> v201.SignCertificateRequest:
    """Raises NotExpressible for a certificate of ISO 15118-20, which came with 2.1."""
    return v201.SignCertificateRequest(csr=message.request, certificate_type=_write_use(message.use))


def decode_get_status(request: v201.GetCertificateStatusRequest) -> GetCertificateStatus:
    """Source: OCPP 2.0.1 M06."""
    data = request.ocsp_request_data
    return GetCertificateStatus(
        OcspQuestion(
            algorithm=data.hash_algorithm,
            issuer_name_hash=data.issuer_name_hash,
            issuer_key_hash=data.issuer_key_hash,
            serial_number=data.serial_number,
            responder_url=data.responder_url,
        )
    )


def encode_get_status(message: GetCertificateStatus) -> v201.GetCertificateStatusRequest:
    """Source: OCPP 2.0.1 M06."""
    question = message.question
    return v201.GetCertificateStatusRequest(
        ocsp_request_data=v201.OCSPRequestData(
            hash_algorithm=spelled(question.algorithm),
            issuer_name_hash=question.issuer_name_hash,
            issuer_key_hash=question.issuer_key_hash,
            serial_number=question.serial_number,
            responder_url=question.responder_url,
        )
    )


def decode_status(response: v201.GetCertificateStatusResponse) -> CertificateStatusReply:
    """Source: OCPP 2.0.1 M06."""
    reply = read_answer(response)
    return CertificateStatusReply(status=reply.status, ocsp_result=given(response.ocsp_result), reason=reply.reason)


def encode_status(reply: CertificateStatusReply) -> v201.GetCertificateStatusResponse:
    """Source: OCPP 2.0.1 M06."""
    return v201.GetCertificateStatusResponse(
        status=spelled(reply.status),
        status_info=write_status_info(CommandReply(reply.status, reply.reason)) or UNSET,
        ocsp_result=sent(reply.ocsp_result),
    )


def decode_get_ev_certificate(request: v201.Get15118EVCertificateRequest) -> GetEvCertificate:
    """Source: OCPP 2.0.1 M01, M02."""
    return GetEvCertificate(
        schema=request.iso15118_schema_version,
        action=EvCertificateAction(request.action),
        exi_request=request.exi_request,
    )


def encode_get_ev_certificate(message: GetEvCertificate) -> v201.Get15118EVCertificateRequest:
    """Source: OCPP 2.0.1 M01, M02."""
    return v201.Get15118EVCertificateRequest(
        iso15118_schema_version=message.schema, action=spelled(message.action), exi_request=message.exi_request
    )


def decode_ev_certificate(response: v201.Get15118EVCertificateResponse) -> EvCertificateReply:
    """Source: OCPP 2.0.1 M01, M02."""
    reply = read_answer(response)
    return EvCertificateReply(status=reply.status, exi_response=response.exi_response, reason=reply.reason)


def encode_ev_certificate(reply: EvCertificateReply) -> v201.Get15118EVCertificateResponse:
    """Source: OCPP 2.0.1 M01, M02."""
    return v201.Get15118EVCertificateResponse(
        status=spelled(reply.status),
        status_info=write_status_info(CommandReply(reply.status, reply.reason)) or UNSET,
        exi_response=reply.exi_response,
    )


def _write_use(use: SigningUse | None) -> Any:  # Any: a Literal of the wire, or UNSET
    if use is SigningUse.V2G_20:
        raise NotExpressible(OcppVersion.V201, f"a {use}")
    return UNSET if use is None else spelled(use)


def _write_chain(certificate: InstalledCertificate) -> v201.CertificateHashDataChain:
    if certificate.use is None:
        raise NotExpressible(OcppVersion.V201, "an installed certificate without its type")
    return v201.CertificateHashDataChain(
        certificate_hash_data=_write_hash_data(certificate.hash_data),
        certificate_type=spelled(certificate.use),
        child_certificate_hash_data=tuple(_write_hash_data(child) for child in certificate.children) or UNSET,
    )


def _read_hash_data(data: v201.CertificateHashData) -> CertificateHashData:
    return CertificateHashData(
        algorithm=data.hash_algorithm,
        issuer_name_hash=data.issuer_name_hash,
        issuer_key_hash=data.issuer_key_hash,
        serial_number=data.serial_number,
    )


def _write_hash_data(data: CertificateHashData) -> v201.CertificateHashData:
    return v201.CertificateHashData(
        hash_algorithm=spelled(data.algorithm),
        issuer_name_hash=data.issuer_name_hash,
        issuer_key_hash=data.issuer_key_hash,
        serial_number=data.serial_number,
    )


ROUTES = (
    Route(
        action="InstallCertificate",
        direction=Direction.FROM_CSMS,
        messages=(InstallCertificate,),
        reply=CommandReply,
        request=v201.InstallCertificateRequest,
        response=v201.InstallCertificateResponse,
        decode_request=decode_install,
        encode_request=encode_install,
        decode_response=read_answer,
        encode_response=answer_writer(v201.InstallCertificateResponse),
    ),
    Route(
        action="DeleteCertificate",
        direction=Direction.FROM_CSMS,
        messages=(DeleteCertificate,),
        reply=CommandReply,
        request=v201.DeleteCertificateRequest,
        response=v201.DeleteCertificateResponse,
        decode_request=decode_delete,
        encode_request=encode_delete,
        decode_response=read_answer,
        encode_response=answer_writer(v201.DeleteCertificateResponse),
    ),
    Route(
        action="GetInstalledCertificateIds",
        direction=Direction.FROM_CSMS,
        messages=(GetInstalledCertificates,),
        reply=InstalledCertificatesReply,
        request=v201.GetInstalledCertificateIdsRequest,
        response=v201.GetInstalledCertificateIdsResponse,
        decode_request=decode_get_installed,
        encode_request=encode_get_installed,
        decode_response=decode_installed,
        encode_response=encode_installed,
    ),
    Route(
        action="CertificateSigned",
        direction=Direction.FROM_CSMS,
        messages=(CertificateSigned,),
        reply=CommandReply,
        request=v201.CertificateSignedRequest,
        response=v201.CertificateSignedResponse,
        decode_request=decode_signed,
        encode_request=encode_signed,
        decode_response=read_answer,
        encode_response=answer_writer(v201.CertificateSignedResponse),
    ),
    Route(
        action="SignCertificate",
        direction=Direction.FROM_STATION,
        messages=(SignCertificate,),
        reply=CommandReply,
        request=v201.SignCertificateRequest,
        response=v201.SignCertificateResponse,
        decode_request=decode_sign,
        encode_request=encode_sign,
        decode_response=read_answer,
        encode_response=answer_writer(v201.SignCertificateResponse),
    ),
    Route(
        action="GetCertificateStatus",
        direction=Direction.FROM_STATION,
        messages=(GetCertificateStatus,),
        reply=CertificateStatusReply,
        request=v201.GetCertificateStatusRequest,
        response=v201.GetCertificateStatusResponse,
        decode_request=decode_get_status,
        encode_request=encode_get_status,
        decode_response=decode_status,
        encode_response=encode_status,
    ),
    Route(
        action="Get15118EVCertificate",
        direction=Direction.FROM_STATION,
        messages=(GetEvCertificate,),
        reply=EvCertificateReply,
        request=v201.Get15118EVCertificateRequest,
        response=v201.Get15118EVCertificateResponse,
        decode_request=decode_get_ev_certificate,
        encode_request=encode_get_ev_certificate,
        decode_response=decode_ev_certificate,
        encode_response=encode_ev_certificate,
    ),
)
