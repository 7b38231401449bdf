"""OCPP 1.6 authorization: Authorize, ClearCache."""

from protocol.blocks.authorization.messages import Authorize, AuthorizeReply, ClearCache
from protocol.dialects.answers import read_status, status_writer
from protocol.dialects.v16 import read_id_tag, read_id_tag_info, write_id_tag, write_id_tag_info
from protocol.domain.commands import CommandReply
from protocol.domain.routes import Direction, Route
from protocol.domain.version import OcppVersion
from protocol.errors import NotExpressible
from protocol.wire import v16


def decode_authorize(request: v16.AuthorizeRequest) -> Authorize:
    """Source: OCPP 1.6 §4.1, §6.1."""
    return Authorize(id_token=read_id_tag(request.id_tag))


def encode_authorize(message: Authorize) -> v16.AuthorizeRequest:
    """Source: OCPP 1.6 §6.1. Raises NotExpressible for a contract certificate."""
    if message.contract_certificate is not None or message.contract_chain:
        raise NotExpressible(OcppVersion.V16, "a contract certificate")
    return v16.AuthorizeRequest(id_tag=write_id_tag(message.id_token))


def decode_authorize_reply(response: v16.AuthorizeResponse) -> AuthorizeReply:
    """The verdict."""
    return AuthorizeReply(id_token_info=read_id_tag_info(response.id_tag_info))


def encode_authorize_reply(reply: AuthorizeReply) -> v16.AuthorizeResponse:
    """The verdict."""
    return v16.AuthorizeResponse(id_tag_info=write_id_tag_info(reply.id_token_info))


def decode_clear_cache(_request: v16.ClearCacheRequest) -> ClearCache:
    """Source: OCPP 1.6 §5.4."""
    return ClearCache()


def encode_clear_cache(_message: ClearCache) -> v16.ClearCacheRequest:
    """Source: OCPP 1.6 §5.4."""
    return v16.ClearCacheRequest()


ROUTES = (
    Route(
        action="Authorize",
        direction=Direction.FROM_STATION,
        messages=(Authorize,),
        reply=AuthorizeReply,
        request=v16.AuthorizeRequest,
        response=v16.AuthorizeResponse,
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
        request=v16.ClearCacheRequest,
        response=v16.ClearCacheResponse,
        decode_request=decode_clear_cache,
        encode_request=encode_clear_cache,
        decode_response=read_status,
        encode_response=status_writer(v16.ClearCacheResponse),
    ),
)
