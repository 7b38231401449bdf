"""Identity, put together."""

from functools import partial
from pathlib import Path

from backoffice.contracts.identity import (
    AUTHORIZE_TOKEN,
    CHANGE_CONTACT,
    CONTACT_OF,
    DELETE_DRIVER,
    ISSUE_VIRTUAL_TOKEN,
    ONE_TIME_CODE_OF,
    STAFF_OF,
)
from backoffice.contracts.privacy import PERSONAL_DATA_OF, PersonalData
from backoffice.identity import account_routes, import_routes, staff_routes, token_routes
from backoffice.identity.api_keys import ApiKeys
from backoffice.identity.codes import PRUNE_CODES_EVERY_S
from backoffice.identity.holders import Holders
from backoffice.identity.privacy_repository import PERSONAL_TABLES
from backoffice.identity.refreshing import PRUNE_REFRESH_TOKENS_EVERY_S
from backoffice.identity.routes import router as own_router
from backoffice.identity.service import Identity
from backoffice.identity.settings import IdentitySettings
from backoffice.identity.staff import Staff
from backoffice.identity.tenants import Tenants
from backoffice.kit.auth import Role
from backoffice.kit.bus import Answerer
from backoffice.kit.personal_data import PersonalDataDesk
from backoffice.kit.service import Context, Parts, Service, Worker
from protocol.domain.identifiers import DEFAULT_TENANT


def build(context: Context[IdentitySettings]) -> Parts:
    """The parts of identity."""
    identity = Identity(context.database, settings=context.settings, clock=context.clock, bus=context.bus)
    accounts = identity.accounts
    staff = Staff(context.database, codes=accounts.codes, refresh_tokens=accounts.refresh_tokens, clock=context.clock)
    tenants = Tenants(context.database, staff, clock=context.clock)
    holders = Holders(accounts, clock=context.clock)
    personal_data = PersonalDataDesk(context.database, PERSONAL_TABLES, PersonalData.of)
    api_keys = ApiKeys(context.database, accounts.signer, clock=context.clock)
    return Parts(
        routers=(
            own_router,
            account_routes.router,
            staff_routes.router,
            token_routes.router,
            import_routes.router,
        ),
        provides=(identity, accounts, staff, tenants, api_keys),
        answers=(
            Answerer(AUTHORIZE_TOKEN, identity.authorize),
            Answerer(ISSUE_VIRTUAL_TOKEN, identity.issue_virtual_token),
            Answerer(CONTACT_OF, holders.tell_contact),
            Answerer(CHANGE_CONTACT, holders.change_contact),
            Answerer(DELETE_DRIVER, holders.delete_driver),
            Answerer(PERSONAL_DATA_OF["identity"], personal_data.tell),
            Answerer(ONE_TIME_CODE_OF, accounts.codes.tell),
            Answerer(STAFF_OF, staff.tell_who_runs_stations),
        ),
        workers=(
            Worker("prune_refresh_tokens", accounts.refresh_tokens.prune, every_s=PRUNE_REFRESH_TOKENS_EVERY_S),
            Worker("prune_codes", accounts.codes.prune, every_s=PRUNE_CODES_EVERY_S),
        ),
        background=(accounts.failed_logins.keep_open,),
        prepares=(
            partial(tenants.ensure, DEFAULT_TENANT),
            partial(_ensure_first_operator, identity, context.settings),
        ),
    )


SERVICE = Service(name="identity", package=Path(__file__).parent, settings=IdentitySettings, build=build)


async def _ensure_first_operator(identity: Identity, settings: IdentitySettings) -> None:
    email, password = settings.first_operator_email, settings.first_operator_password
    if email and password:
        await identity.accounts.ensure_account(
            DEFAULT_TENANT, role=Role.ADMIN, email=email, password=password.get_secret_value()
        )
