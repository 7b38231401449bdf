"""OCPP 1.6 security extension: InstallCertificate, DeleteCertificate, GetInstalledCertificateIds, CertificateSigned,
SignCertificate.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from protocol.blocks.certificates.messages import (
    CertificateSigned,
    DeleteCertificate,
    GetInstalledCertificates,
    InstallCertificate,
    InstalledCertificate,
    InstalledCertificatesReply,
    SignCertificate,
)
from protocol.dialects.answers import read_status, status_writer
from protocol.dialects.words import given, spelled
from protocol.domain.certificates import CertificateHashData, CertificateUse, SigningUse
from protocol.domain.commands import CommandReply
from protocol.domain.routes import Direction, Route
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v16

# OCPP 1.6 Security whitepaper §6: two of the uses of 2.x.
_USES: Mapping[CertificateUse, str] = {
    CertificateUse.CSMS_ROOT: "CentralSystemRootCertificate",
    CertificateUse.MANUFACTURER_ROOT: "ManufacturerRootCertificate",
}
_USE_OF = {word: use for use, word in _USES.items()}


def decode_install(request: v16.InstallCertificateRequest) -> InstallCertificate:
    """Source: OCPP 1.6 Security whitepaper M05."""
    return InstallCertificate(use=_USE_OF[request.certificate_type], certificate=request.certificate)


def encode_install(message: InstallCertificate) -> v16.InstallCertificateRequest:
    """Raises NotExpressible for a root of ISO 15118."""
    return v16.InstallCertificateRequest(certificate_type=_write_use(message.use), certificate=message.certificate)


def decode_delete(request: v16.DeleteCertificateRequest) -> DeleteCertificate:
    """Source: OCPP 1.6 Security whitepaper M04."""
    return DeleteCertificate(hash_data=_read_hash_data(request.certificate_hash_data))


def encode_delete(message: DeleteCertificate) -> v16.DeleteCertificateRequest:
    """Source: OCPP 1.6 Security whitepaper M04."""
    return v16.DeleteCertificateRequest(certificate_hash_data=_write_hash_data(message.hash_data))


def decode_get_installed(request: v16.GetInstalledCertificateIdsRequest) -> GetInstalledCertificates:
    """Source: OCPP 1.6 Security whitepaper M03."""
    return GetInstalledCertificates(uses=(_USE_OF[request.certificate_type],))


def encode_get_installed(message: GetInstalledCertificates) -> v16.GetInstalledCertificateIdsRequest:
    """Raises NotExpressible for anything but one use."""
    if len(message.uses) != 1:
        raise NotExpressible(OcppVersion.V16, f"a question about {len(message.uses)} uses of certificates")
    return v16.GetInstalledCertificateIdsRequest(certificate_type=_write_use(message.uses[0]))


def decode_installed(response: v16.GetInstalledCertificateIdsResponse) -> InstalledCertificatesReply:
    """The use that was asked for is not said again."""
    hashes = given(response.certificate_hash_data) or ()
    certificates = tuple(InstalledCertificate(hash_data=_read_hash_data(item)) for item in hashes)
    return InstalledCertificatesReply(status=response.status, certificates=certificates)


def encode_installed(reply: InstalledCertificatesReply) -> v16.GetInstalledCertificateIdsResponse:
    """The uses are lost, and what stands below a chain."""
    return v16.GetInstalledCertificateIdsResponse(
        certificate_hash_data=tuple(_write_hash_data(item.hash_data) for item in reply.certificates) or UNSET,
        status=spelled(reply.status),
    )


def decode_signed(request: v16.CertificateSignedRequest) -> CertificateSigned:
    """Source: OCPP 1.6 Security whitepaper A02, A03."""
    return CertificateSigned(chain=request.certificate_chain, use=SigningUse.STATION)


def encode_signed(message: CertificateSigned) -> v16.CertificateSignedRequest:
    """Raises NotExpressible for a certificate of ISO 15118. Source: OCPP 1.6 Security whitepaper A02, A03."""
    _check_use(message.use)
    return v16.CertificateSignedRequest(certificate_chain=message.chain)


def decode_sign(request: v16.SignCertificateRequest) -> SignCertificate:
    """Source: OCPP 1.6 Security whitepaper A02, A03."""
    return SignCertificate(request=request.csr, use=SigningUse.STATION)


def encode_sign(message: SignCertificate) -> v16.SignCertificateRequest:
    """Raises NotExpressible for a certificate of ISO 15118. Source: OCPP 1.6 Security whitepaper A02, A03."""
    _check_use(message.use)
    return v16.SignCertificateRequest(csr=message.request)


def _check_use(use: SigningUse | None) -> None:
    if use not in (None, SigningUse.STATION):
        raise NotExpressible(OcppVersion.V16, f"a {use}")


def _write_use(use: CertificateUse) -> Any:  # Any: a Literal of the wire
    word = _USES.get(use)
    if word is None:
        raise NotExpressible(OcppVersion.V16, f"a {use}")
    return word


def _read_hash_data(data: v16.CertificateHashData) -> CertificateHashData:
    return CertificateHashData(
        algorithm=data.hash_algorithm,
        issuer_name_hash=data.issuer_name_hash,
        issuer_key_hash=data.issuer_key_hash,
        serial_number=data.serial_number,
    )


def _write_hash_data(data: CertificateHashData) -> v16.CertificateHashData:
    return v16.CertificateHashData(
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
        request=v16.InstallCertificateRequest,
        response=v16.InstallCertificateResponse,
        decode_request=decode_install,
        encode_request=encode_install,
        decode_response=read_status,
        encode_response=status_writer(v16.InstallCertificateResponse),
    ),
    Route(
        action="DeleteCertificate",
        direction=Direction.FROM_CSMS,
        messages=(DeleteCertificate,),
        reply=CommandReply,
        request=v16.DeleteCertificateRequest,
        response=v16.DeleteCertificateResponse,
        decode_request=decode_delete,
        encode_request=encode_delete,
        decode_response=read_status,
        encode_response=status_writer(v16.DeleteCertificateResponse),
    ),
    Route(
        action="GetInstalledCertificateIds",
        direction=Direction.FROM_CSMS,
        messages=(GetInstalledCertificates,),
        reply=InstalledCertificatesReply,
        request=v16.GetInstalledCertificateIdsRequest,
        response=v16.GetInstalledCertificateIdsResponse,
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
        request=v16.CertificateSignedRequest,
        response=v16.CertificateSignedResponse,
        decode_request=decode_signed,
        encode_request=encode_signed,
        decode_response=read_status,
        encode_response=status_writer(v16.CertificateSignedResponse),
    ),
    Route(
        action="SignCertificate",
        direction=Direction.FROM_STATION,
        messages=(SignCertificate,),
        reply=CommandReply,
        request=v16.SignCertificateRequest,
        response=v16.SignCertificateResponse,
        decode_request=decode_sign,
        encode_request=encode_sign,
        decode_response=read_status,
        encode_response=status_writer(v16.SignCertificateResponse),
    ),
)
