"""What identity has of a driver, and its end."""

from sqlalchemy import delete, select

from backoffice.identity.models import Account, RefreshToken, RegisteredToken, TokenGroup, TokenReference, UnknownToken
from backoffice.identity.people_models import OneTimeCode
from backoffice.kit.database import Unit
from backoffice.kit.personal_data import PersonalTable

PERSONAL_TABLES = (
    PersonalTable("account", Account, Account.id, left_out=frozenset({"password_hash", "is_staff", "sites"})),
    PersonalTable("tokens", RegisteredToken, RegisteredToken.driver_id, left_out=frozenset({"value"})),
    PersonalTable("token_groups", TokenGroup, TokenGroup.driver_id),
    PersonalTable("logins", RefreshToken, RefreshToken.account_id, left_out=frozenset({"hash", "family_id"})),
    PersonalTable("codes", OneTimeCode, OneTimeCode.account_id),
)
"""Of tokens the mask is told and not the value: a copy of the export must not charge."""


async def delete_driver(unit: Unit, account_id: str) -> None:
    """The account, what hangs on it, its logins and its tokens are gone, and that a station once asked about them."""
    tokens = select(RegisteredToken.id).where(
        RegisteredToken.tenant_id == unit.tenant, RegisteredToken.driver_id == account_id
    )
    references = select(TokenReference.ref).where(
        TokenReference.tenant_id == unit.tenant, TokenReference.token_id.in_(tokens)
    )
    for statement in (
        delete(UnknownToken).where(UnknownToken.tenant_id == unit.tenant, UnknownToken.ref.in_(references)),
        delete(TokenReference).where(TokenReference.tenant_id == unit.tenant, TokenReference.token_id.in_(tokens)),
        delete(RegisteredToken).where(
            RegisteredToken.tenant_id == unit.tenant, RegisteredToken.driver_id == account_id
        ),
        delete(TokenGroup).where(TokenGroup.tenant_id == unit.tenant, TokenGroup.driver_id == account_id),
        delete(RefreshToken).where(RefreshToken.tenant_id == unit.tenant, RefreshToken.account_id == account_id),
        delete(Account).where(Account.tenant_id == unit.tenant, Account.id == account_id),
    ):
        await unit.session.execute(statement)
