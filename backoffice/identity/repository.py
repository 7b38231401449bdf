"""Identity's queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import insert

from backoffice.identity.domain import TokenRecord
from backoffice.identity.models import Account, RegisteredToken, TokenGroup, TokenReference, UnknownToken
from backoffice.kit.database import Unit
from protocol.blocks.authorization.queries import AuthorizeToken
from protocol.domain.identifiers import DriverId, IdToken

# Built once: a station waits for the answer, and putting the statement together takes as long as running it.
_TOKEN_BEHIND = (
    select(
        RegisteredToken.id,
        RegisteredToken.is_prepaid,
        RegisteredToken.driver_id,
        RegisteredToken.is_blocked,
        RegisteredToken.expires_at,
        RegisteredToken.group_name,
    )
    .join(
        TokenReference,
        (TokenReference.tenant_id == RegisteredToken.tenant_id) & (TokenReference.token_id == RegisteredToken.id),
    )
    .where(TokenReference.tenant_id == bindparam("tenant"), TokenReference.ref == bindparam("ref"))
)
_TOKEN_AND_HOLDER = _TOKEN_BEHIND.outerjoin(
    Account, (Account.tenant_id == RegisteredToken.tenant_id) & (Account.id == RegisteredToken.driver_id)
).add_columns((Account.verified_at.is_not(None) | Account.is_staff).label("is_verified"))
_LOCK_PURPOSE = text("SELECT pg_advisory_xact_lock(hashtext('identity.purpose'), hashtext(:purpose))")


async def add_account(unit: Unit, account: Account) -> bool:
    """Whether the account is new; one with this role and address stays as it was."""
    values = {
        "tenant_id": account.tenant_id,
        "id": account.id,
        "role": account.role,
        "email": account.email,
        "name": account.name,
        "language": account.language,
        "password_hash": account.password_hash,
        "verified_at": account.verified_at,
        "created_at": account.created_at,
    }
    added = await unit.session.execute(
        insert(Account).values(values).on_conflict_do_nothing(constraint="accounts_email").returning(Account.id)
    )
    return added.first() is not None


async def find_account_by_email(unit: Unit, *, is_staff: bool, email: str) -> Account | None:
    """The driver, or the member of staff, who logs in with this address."""
    found = await unit.session.execute(
        select(Account).where(Account.tenant_id == unit.tenant, Account.is_staff == is_staff, Account.email == email)
    )
    return found.scalar_one_or_none()


async def find_account(unit: Unit, account_id: str) -> Account | None:
    """The account of this id."""
    return await unit.session.get(Account, (unit.tenant, account_id))


async def find_token_record(unit: Unit, ref: str) -> TokenRecord | None:
    """What decides about the token behind `ref`: two primary-key look-ups in one statement."""
    row = (await unit.session.execute(_TOKEN_BEHIND, {"tenant": unit.tenant, "ref": ref})).first()
    return None if row is None else _record_of(row, is_holder_verified=True)


async def find_token_and_holder(unit: Unit, ref: str) -> TokenRecord | None:
    """The same, and whether its driver's address is verified: a third look-up. What no driver holds is as good."""
    row = (await unit.session.execute(_TOKEN_AND_HOLDER, {"tenant": unit.tenant, "ref": ref})).first()
    return None if row is None else _record_of(row, is_holder_verified=bool(row.is_verified))


async def find_tokens_by_refs(unit: Unit, refs: Sequence[str]) -> Sequence[RegisteredToken]:
    """The tokens that any of these references names."""
    found = await unit.session.execute(
        select(RegisteredToken)
        .join(
            TokenReference,
            (TokenReference.tenant_id == RegisteredToken.tenant_id) & (TokenReference.token_id == RegisteredToken.id),
        )
        .where(TokenReference.tenant_id == unit.tenant, TokenReference.ref.in_(refs))
        .distinct()
    )
    return found.scalars().all()


async def lock_purpose(unit: Unit, driver_id: str, purpose: str) -> None:
    """Nobody else issues a token for this purpose before this transaction ends."""
    await unit.session.execute(_LOCK_PURPOSE, {"purpose": f"{unit.tenant} {driver_id} {purpose}"})


async def find_token_by_purpose(unit: Unit, driver_id: str, purpose: str) -> RegisteredToken | None:
    """The one-time token that was issued for this purpose."""
    found = await unit.session.execute(
        select(RegisteredToken).where(
            RegisteredToken.tenant_id == unit.tenant,
            RegisteredToken.driver_id == driver_id,
            RegisteredToken.purpose == purpose,
        )
    )
    return found.scalar_one_or_none()


async def add_token(unit: Unit, token: RegisteredToken, refs: Sequence[str]) -> bool:
    """Whether the token is there now with all its references; False, and nothing is written, where one was taken."""
    taken = await unit.session.execute(
        select(TokenReference.ref).where(TokenReference.tenant_id == unit.tenant, TokenReference.ref.in_(refs))
    )
    if taken.first() is not None:
        return False
    unit.session.add(token)
    await unit.session.flush()
    unit.session.add_all(
        TokenReference(tenant_id=unit.tenant, ref=ref, token_id=token.id) for ref in dict.fromkeys(refs)
    )
    await unit.session.flush()
    return True


async def claim_group(unit: Unit, name: str, driver_id: str) -> bool:
    """Whether the group is the driver's, now or before."""
    key = {"tenant_id": unit.tenant, "name": name}
    await unit.session.execute(insert(TokenGroup).values(**key, driver_id=driver_id).on_conflict_do_nothing())
    return await unit.session.scalar(select(TokenGroup.driver_id).filter_by(**key)) == driver_id


async def list_tokens_of(unit: Unit, driver_id: str) -> Sequence[RegisteredToken]:
    """The driver's own tokens, oldest first, without those of single starts."""
    found = await unit.session.execute(
        select(RegisteredToken)
        .where(
            RegisteredToken.tenant_id == unit.tenant,
            RegisteredToken.driver_id == driver_id,
            RegisteredToken.purpose.is_(None),
        )
        .order_by(RegisteredToken.created_at, RegisteredToken.id)
    )
    return found.scalars().all()


async def list_tokens_of_group(unit: Unit, group: str) -> Sequence[RegisteredToken]:
    """The tokens of the group, oldest first."""
    found = await unit.session.scalars(
        select(RegisteredToken)
        .where(RegisteredToken.tenant_id == unit.tenant, RegisteredToken.group_name == group)
        .order_by(RegisteredToken.created_at, RegisteredToken.id)
    )
    return found.all()


async def list_prepaid_cards(unit: Unit) -> Sequence[RegisteredToken]:
    """The tenant's prepaid cards, oldest first."""
    found = await unit.session.scalars(
        select(RegisteredToken)
        .where(RegisteredToken.tenant_id == unit.tenant, RegisteredToken.is_prepaid)
        .order_by(RegisteredToken.created_at, RegisteredToken.id)
    )
    return found.all()


async def find_prepaid_card(unit: Unit, token_id: str) -> RegisteredToken | None:
    """The prepaid card of this id."""
    token = await unit.session.get(RegisteredToken, (unit.tenant, token_id))
    return token if token and token.is_prepaid else None


async def find_token_of(unit: Unit, driver_id: str, token_id: str) -> RegisteredToken | None:
    """The driver's token of this id."""
    token = await unit.session.get(RegisteredToken, (unit.tenant, token_id))
    return token if token and token.driver_id == driver_id else None


async def note_unknown_token(unit: Unit, question: AuthorizeToken, *, now: datetime, kept: int) -> None:
    """The token is among the tenant's newest unknown ones, of which `kept` are kept."""
    values = {
        "tenant_id": unit.tenant,
        "ref": question.token_ref,
        "mask": question.mask,
        "type": question.type,
        "station_id": question.station,
        "first_seen_at": now,
        "last_seen_at": now,
        "times": 1,
    }
    seen_again = {
        "station_id": question.station,
        "last_seen_at": now,
        "times": UnknownToken.times + 1,
    }
    noted = await unit.session.scalar(
        insert(UnknownToken)
        .values(values)
        .on_conflict_do_update(index_elements=["tenant_id", "ref"], set_=seen_again)
        .returning(UnknownToken.times)
    )
    if noted == 1:
        newest = (
            select(UnknownToken.ref)
            .where(UnknownToken.tenant_id == unit.tenant)
            .order_by(UnknownToken.last_seen_at.desc(), UnknownToken.ref)
            .limit(kept)
        )
        await unit.session.execute(
            delete(UnknownToken).where(UnknownToken.tenant_id == unit.tenant, UnknownToken.ref.not_in(newest))
        )


async def list_unknown_tokens(
    unit: Unit, *, station_id: str | None, since: datetime | None, limit: int
) -> Sequence[UnknownToken]:
    """Which was seen last comes first."""
    statement = select(UnknownToken).where(UnknownToken.tenant_id == unit.tenant)
    if station_id is not None:
        statement = statement.where(UnknownToken.station_id == station_id)
    if since is not None:
        statement = statement.where(UnknownToken.last_seen_at > since)
    found = await unit.session.execute(
        statement.order_by(UnknownToken.last_seen_at.desc(), UnknownToken.ref).limit(limit)
    )
    return found.scalars().all()


async def find_unknown_token(unit: Unit, ref: str) -> UnknownToken | None:
    """The unknown token of this reference."""
    return await unit.session.get(UnknownToken, (unit.tenant, ref))


async def forget_unknown_tokens(unit: Unit, refs: Sequence[str]) -> None:
    """They are not unknown any more."""
    await unit.session.execute(
        delete(UnknownToken).where(UnknownToken.tenant_id == unit.tenant, UnknownToken.ref.in_(refs))
    )


async def complete_token(unit: Unit, token: RegisteredToken, id_token: IdToken, refs: Sequence[str]) -> None:
    """A token that was known by one reference has its value, and all its references."""
    token.value, token.type, token.mask = id_token.value, id_token.type, id_token.mask
    for ref in dict.fromkeys(refs):
        await unit.session.execute(
            insert(TokenReference).values(tenant_id=unit.tenant, ref=ref, token_id=token.id).on_conflict_do_nothing()
        )


def _record_of(row: Row[*tuple[Any, ...]], *, is_holder_verified: bool) -> TokenRecord:
    return TokenRecord(
        DriverId(row.driver_id),
        row.is_blocked,
        row.expires_at,
        row.group_name,
        row.id if row.is_prepaid else None,
        is_holder_verified,
    )
