"""Identity, put together."""

from functools import partial
from pathlib import Path

from fastapi import APIRouter

from backoffice.contracts.identity import AUTHORIZE_TOKEN, ISSUE_VIRTUAL_TOKEN
from backoffice.identity import import_routes
from backoffice.identity.refreshing import PRUNE_REFRESH_TOKENS_EVERY_S
from backoffice.identity.routes import router as own_router
from backoffice.identity.service import Identity
from backoffice.identity.settings import IdentitySettings
from backoffice.kit.auth import Role
from backoffice.kit.bus import Answerer
from backoffice.kit.service import Context, Parts, Service, Worker
from protocol.domain.identifiers import DEFAULT_TENANT


def build(context: Context[IdentitySettings]) -> Parts:
    """The parts of identity."""
    identity = Identity(context.database, settings=context.settings, clock=context.clock, bus=context.bus)
    return Parts(
        router=_router(),
        provides=(identity,),
        answers=(
            Answerer(AUTHORIZE_TOKEN, identity.authorize),
            Answerer(ISSUE_VIRTUAL_TOKEN, identity.issue_virtual_token),
        ),
        workers=(Worker("prune_refresh_tokens", identity.refresh_tokens.prune, every_s=PRUNE_REFRESH_TOKENS_EVERY_S),),
        background=(identity.failed_logins.keep_open,),
        prepares=(partial(_ensure_first_operator, identity, context.settings),),
    )


def _router() -> APIRouter:
    router = APIRouter()
    router.include_router(own_router)
    router.include_router(import_routes.router)
    return router


SERVICE = Service(name="identity", package=Path(__file__).parent, settings=IdentitySettings, build=build)


async def _ensure_first_operator(identity: Identity, settings: IdentitySettings) -> None:
    email, password = settings.first_operator_email, settings.first_operator_password
    if email and password:
        await identity.ensure_account(
            DEFAULT_TENANT, role=Role.OPERATOR, email=email, password=password.get_secret_value()
        )
