"""The people behind accounts: how they are reached, what they are called, and that they want to be forgotten.

Invariants:
1. A driver is deleted in one transaction with the event that says so: others forget what we have forgotten.
2. Afterwards no row of ours leads from a token's reference to a person.
"""

from collections.abc import Sequence

from backoffice.contracts.identity import (
    AskContact,
    ChangeContact,
    Contact,
    DeleteDriver,
    Deletion,
    DeletionAnswer,
    DriverDeleted,
)
from backoffice.identity import people_repository, privacy_repository, repository
from backoffice.identity.accounts import Accounts
from backoffice.identity.errors import SecondFactorNeeded, SecondFactorWrong, TooManyFailedLogins, WrongCredentials
from backoffice.identity.models import Account
from backoffice.kit.acting import Actor, acting
from backoffice.kit.auth import Role
from backoffice.kit.clock import Clock
from backoffice.kit.errors import BackofficeError
from backoffice.kit.personal_data import forget_beside
from protocol.domain.identifiers import DriverId

_NOT_SHOWN: Sequence[type[BackofficeError]] = (WrongCredentials, SecondFactorNeeded, SecondFactorWrong)


class Holders:
    """Answers of people."""

    def __init__(self, accounts: Accounts, *, clock: Clock) -> None:
        self._accounts = accounts
        self._database = accounts.database
        self._clock = clock

    async def tell_contact(self, question: AskContact) -> Contact:
        """How the account's owner is reached, for whoever writes to them."""
        async with self._database.transaction(question.tenant) as unit:
            return _contact_of(await repository.find_account(unit, question.subject))

    async def change_contact(self, question: ChangeContact) -> Contact:
        """The account has this name and language, where there is one."""
        async with self._database.transaction(question.tenant) as unit:
            account = await people_repository.lock_account(unit, question.subject)
            if account is not None:
                account.name, account.language = question.name, question.language
            return _contact_of(account)

    async def delete_driver(self, question: DeleteDriver) -> DeletionAnswer:
        """The driver, their tokens and logins are gone; what the law asks of invoices stays with billing."""
        async with self._database.transaction(question.tenant) as unit:
            account = await repository.find_account(unit, question.driver_id)
        if account is None or account.role != Role.DRIVER:
            return DeletionAnswer(Deletion.NO_SUCH_DRIVER)
        if not question.is_by_staff:
            try:
                await self._accounts.check_holder(
                    account, password=question.password, second_factor=question.second_factor
                )
            except TooManyFailedLogins:
                return DeletionAnswer(Deletion.TOO_MANY_TRIES)
            except tuple(_NOT_SHOWN):
                return DeletionAnswer(Deletion.NOT_SHOWN)
            await self._delete(question)
        else:
            with acting(Actor(question.by, question.request_id)):
                await self._delete(question)
        return DeletionAnswer(Deletion.DELETED)

    async def _delete(self, question: DeleteDriver) -> None:
        driver_id = question.driver_id
        async with self._database.transaction(question.tenant) as unit:
            if await people_repository.lock_account(unit, driver_id) is None:
                return  # somebody was faster, and has said so
            await privacy_repository.delete_driver(unit, driver_id)
            await forget_beside(unit, driver_id)
            await unit.publish(DriverDeleted(DriverId(driver_id)), key=driver_id, now=self._clock())


def _contact_of(account: Account | None) -> Contact:
    if account is None:
        return Contact()
    return Contact(account.email, account.name, account.language, is_verified=account.verified_at is not None)
