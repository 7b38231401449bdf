"""OCPP 2.0.1 authorization: Authorize, ClearCache."""

from msgspec import UNSET

from protocol.blocks.authorization.messages import (
    Authorize,
    AuthorizeReply,
    ClearCache,
    ContractStatus,
    RevocationQuestion,
)
from protocol.dialects.v201 import (
    answer_writer,
    read_answer,
    read_id_token,
    read_id_token_info,
    write_id_token,
    write_id_token_info,
)
from protocol.dialects.words import given, sent, spelled
from protocol.domain.certificates import CertificateHashData
from protocol.domain.commands import CommandReply
from protocol.domain.routes import Direction, Route
from protocol.wire import v201


def decode_authorize(request: v201.AuthorizeRequest) -> Authorize:
    """Source: OCPP 2.0.1 C01, and C07 for contract certificates."""
    return Authorize(
        id_token=read_id_token(request.id_token),
        contract_certificate=given(request.certificate),
        contract_chain=tuple(_read_question(one) for one in given(request.iso15118_certificate_hash_data) or ()),
    )


def encode_authorize(message: Authorize) -> v201.AuthorizeRequest:
    """Source: OCPP 2.0.1 C01, C07."""
    return v201.AuthorizeRequest(
        id_token=write_id_token(message.id_token),
        certificate=sent(message.contract_certificate),
        iso15118_certificate_hash_data=tuple(_write_question(one) for one in message.contract_chain) or UNSET,
    )


def decode_authorize_reply(response: v201.AuthorizeResponse) -> AuthorizeReply:
    """The verdict."""
    status = given(response.certificate_status)
    return AuthorizeReply(
        id_token_info=read_id_token_info(response.id_token_info),
        contract_status=None if status is None else ContractStatus(status),
    )


def encode_authorize_reply(reply: AuthorizeReply) -> v201.AuthorizeResponse:
    """The verdict."""
    status = reply.contract_status
    return v201.AuthorizeResponse(
        id_token_info=write_id_token_info(reply.id_token_info),
        certificate_status=UNSET if status is None else spelled(status),
    )


def decode_clear_cache(_request: v201.ClearCacheRequest) -> ClearCache:
    """Source: OCPP 2.0.1 C11."""
    return ClearCache()


def encode_clear_cache(_message: ClearCache) -> v201.ClearCacheRequest:
    """Source: OCPP 2.0.1 C11."""
    return v201.ClearCacheRequest()


def _read_question(data: v201.OCSPRequestData) -> RevocationQuestion:
    name = CertificateHashData(
        algorithm=data.hash_algorithm,
        issuer_name_hash=data.issuer_name_hash,
        issuer_key_hash=data.issuer_key_hash,
        serial_number=data.serial_number,
    )
    return RevocationQuestion(name, data.responder_url)


def _write_question(question: RevocationQuestion) -> v201.OCSPRequestData:
    name = question.hash_data
    return v201.OCSPRequestData(
        hash_algorithm=spelled(name.algorithm),
        issuer_name_hash=name.issuer_name_hash,
        issuer_key_hash=name.issuer_key_hash,
        serial_number=name.serial_number,
        responder_url=question.responder_url,
    )


ROUTES = (
    Route(
        action="Authorize",
        direction=Direction.FROM_STATION,
        messages=(Authorize,),
        reply=AuthorizeReply,
        request=v201.AuthorizeRequest,
        response=v201.AuthorizeResponse,
        decode_request=decode_authorize,
        encode_request=encode_authorize,
        decode_response=decode_authorize_reply,
        encode_response=encode_authorize_reply,
    ),
    Route(
        action="ClearCache",
        direction=Direction.FROM_CSMS,
        messages=(ClearCache,),
        reply=CommandReply,
        request=v201.ClearCacheRequest,
        response=v201.ClearCacheResponse,
        decode_request=decode_clear_cache,
        encode_request=encode_clear_cache,
        decode_response=read_answer,
        encode_response=answer_writer(v201.ClearCacheResponse),
    ),
)
