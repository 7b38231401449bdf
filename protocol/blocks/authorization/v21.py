"""OCPP 2.1 authorization: Authorize, whose answer may carry the driver's own tariff (I08)."""

from typing import Any

import msgspec

from protocol.blocks.authorization import v201 as before
from protocol.blocks.authorization.messages import Authorize, AuthorizeReply
from protocol.dialects.v21 import extended
from protocol.dialects.v21_tariff import read_tariff, write_tariff
from protocol.dialects.words import given
from protocol.wire import v21


def decode_authorize(request: v21.AuthorizeRequest) -> Authorize:
    """As in 2.0.1; the station hears the tariff."""
    of_before: Any = request  # Any: it has what 2.0.1 reads
    return msgspec.structs.replace(before.decode_authorize(of_before), hears_tariff=True)


def decode_authorize_reply(response: v21.AuthorizeResponse) -> AuthorizeReply:
    """As in 2.0.1, with the driver's tariff."""
    of_before: Any = response  # Any: it has what 2.0.1 reads
    reply = before.decode_authorize_reply(of_before)
    tariff = given(response.tariff)
    return reply if tariff is None else msgspec.structs.replace(reply, tariff=read_tariff(tariff))


def encode_authorize_reply(reply: AuthorizeReply) -> v21.AuthorizeResponse:
    """As in 2.0.1, with the driver's tariff."""
    response: Any = before.encode_authorize_reply(reply)  # Any: a message of 2.0.1, which is one of 2.1
    if reply.tariff is None:
        return response  # type: ignore[no-any-return]
    return v21.AuthorizeResponse(
        id_token_info=response.id_token_info,
        certificate_status=response.certificate_status,
        tariff=write_tariff(reply.tariff),
    )


ROUTES = (
    extended(
        before.ROUTES,
        "Authorize",
        decode_request=decode_authorize,
        decode_response=decode_authorize_reply,
        encode_response=encode_authorize_reply,
    ),
)
