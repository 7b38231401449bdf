"""Who may charge (OCPP 2.0.1 C01; OCPP 1.6 §4.1)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.authorization.messages import Authorize, AuthorizeReply
from protocol.blocks.authorization.queries import AuthorizeToken


async def on_authorize(message: Authorize, call: ReceivedCall, ports: Ports) -> AuthorizeReply:
    """The station hears the verdict. Nothing is published: a verdict is no fact until somebody charges."""
    key = call.station.key
    question = AuthorizeToken(
        tenant=key.tenant,
        token_ref=message.id_token.ref(ports.token_key_of(key.tenant)),
        station=key.station,
        mask=message.id_token.mask,
        type=message.id_token.type,
    )
    verdict = await ports.authority.judge(question)
    return AuthorizeReply(id_token_info=verdict.info)
