"""Who may charge (OCPP 2.0.1 C01, C07; OCPP 1.6 §4.1)."""

from csms.ports import Ports
from csms.station import ReceivedCall
from protocol.blocks.authorization.messages import Authorize, AuthorizeReply, ContractStatus
from protocol.blocks.authorization.queries import AuthorizeToken
from protocol.domain.authorization import Authorization, AuthorizationStatus, IdTokenInfo
from protocol.domain.tariff import Tariff


async def on_authorize(message: Authorize, call: ReceivedCall, ports: Ports) -> AuthorizeReply:
    """The station hears the verdict. Nothing is published: a verdict is no fact until somebody charges.

    A token that comes with a contract certificate is Invalid unless the certificate is accepted too (C07.FR.05).
    Whoever may charge hears their own tariff where they have one, and the station can tell (OCPP 2.1 I08).
    """
    key = call.station.key
    question = AuthorizeToken(
        tenant=key.tenant,
        token_ref=message.id_token.ref(ports.token_key_of(key.tenant)),
        station=key.station,
        mask=message.id_token.mask,
        type=message.id_token.type,
    )
    verdict = await ports.authority.judge(question)
    if message.contract_certificate is None and not message.contract_chain:
        return AuthorizeReply(id_token_info=verdict.info, tariff=await _tariff(message, verdict, call, ports))
    status = await ports.contracts.judge(message, key)
    info = verdict.info if status is ContractStatus.ACCEPTED else IdTokenInfo(AuthorizationStatus.INVALID)
    tariff = await _tariff(message, verdict, call, ports) if status is ContractStatus.ACCEPTED else None
    return AuthorizeReply(id_token_info=info, contract_status=status, tariff=tariff)


async def _tariff(message: Authorize, verdict: Authorization, call: ReceivedCall, ports: Ports) -> Tariff | None:
    if not message.hears_tariff or verdict.driver_id is None or verdict.status is not AuthorizationStatus.ACCEPTED:
        return None
    return await ports.costs.tariff_of(call.station.key.tenant, verdict.driver_id)
