"""OCPP 2.0.1 authorization: Authorize."""

from protocol.blocks.authorization.messages import Authorize, AuthorizeReply
from protocol.dialects.v201 import read_id_token, read_id_token_info, write_id_token, write_id_token_info
from protocol.domain.routes import Direction, Route
from protocol.wire import v201


def decode_authorize(request: v201.AuthorizeRequest) -> Authorize:
    """Source: OCPP 2.0.1 C01. Contract certificates (C07) are not read."""
    return Authorize(id_token=read_id_token(request.id_token))


def encode_authorize(message: Authorize) -> v201.AuthorizeRequest:
    """Source: OCPP 2.0.1 C01."""
    return v201.AuthorizeRequest(id_token=write_id_token(message.id_token))


def decode_authorize_reply(response: v201.AuthorizeResponse) -> AuthorizeReply:
    """The verdict."""
    return AuthorizeReply(id_token_info=read_id_token_info(response.id_token_info))


def encode_authorize_reply(reply: AuthorizeReply) -> v201.AuthorizeResponse:
    """The verdict."""
    return v201.AuthorizeResponse(id_token_info=write_id_token_info(reply.id_token_info))


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
)
