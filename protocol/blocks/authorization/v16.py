"""OCPP 1.6 authorization: Authorize."""

from protocol.blocks.authorization.messages import Authorize, AuthorizeReply
from protocol.dialects.v16 import read_id_tag, read_id_tag_info, write_id_tag, write_id_tag_info
from protocol.domain.routes import Direction, Route
from protocol.wire import v16


def decode_authorize(request: v16.AuthorizeRequest) -> Authorize:
    """Source: OCPP 1.6 §4.1, §6.1."""
    return Authorize(id_token=read_id_tag(request.id_tag))


def encode_authorize(message: Authorize) -> v16.AuthorizeRequest:
    """Source: OCPP 1.6 §6.1."""
    return v16.AuthorizeRequest(id_tag=write_id_tag(message.id_token))


def decode_authorize_reply(response: v16.AuthorizeResponse) -> AuthorizeReply:
    """The verdict."""
    return AuthorizeReply(id_token_info=read_id_tag_info(response.id_tag_info))


def encode_authorize_reply(reply: AuthorizeReply) -> v16.AuthorizeResponse:
    """The verdict."""
    return v16.AuthorizeResponse(id_tag_info=write_id_tag_info(reply.id_token_info))


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
)
