"""What identity refuses."""

from collections.abc import Sequence

from backoffice.kit.errors import Conflict, Failure, Forbidden, InvalidRequest, TooManyRequests, Unauthenticated


class EmailTaken(Conflict):
    """Someone registered with this address."""

    def __init__(self) -> None:
        super().__init__("There is an account with this e-mail address: log in instead.")


class WrongCredentials(Unauthenticated):
    """No account has this address and this password. Which of the two is wrong is not said."""

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong.")


class RefreshTokenRefused(Unauthenticated):
    """It is unknown, over, revoked, or was used before. Which is not said."""

    def __init__(self) -> None:
        super().__init__("The refresh token is no good any more: log in again.")


class TokenTaken(Conflict):
    """The IdToken belongs to someone else, or to the driver under another type."""

    def __init__(self, mask: str) -> None:
        self.mask = mask
        super().__init__(f"The token {mask} is registered already.")


class TooManyFailedLogins(TooManyRequests):
    """Somebody guesses passwords for this address, or its owner has forgotten theirs."""

    retry_after_s = 900

    def __init__(self) -> None:
        super().__init__("Too many wrong passwords for this address. Try again in a quarter of an hour.")


class TooManyLogins(TooManyRequests):
    """More passwords wait to be checked than we have time for."""

    def __init__(self) -> None:
        super().__init__("Too many people log in at this moment. Try again in a few seconds.")


class GroupTaken(Conflict):
    """The group of tokens is another driver's."""

    def __init__(self, group: str) -> None:
        self.group = group
        super().__init__(f"The group {group} is taken. Choose another name.")


class AccountDisabled(Unauthenticated):
    """The password is right, and the account or its tenant may not log in any more."""

    def __init__(self) -> None:
        super().__init__("This account may not log in any more. An administrator can change that.")


class SecondFactorNeeded(Unauthenticated):
    """The password is right; the code of the authenticator, or a recovery code, is missing."""

    def __init__(self) -> None:
        super().__init__("Send the code of your authenticator too, or a recovery code: second_factor.")


class SecondFactorWrong(Unauthenticated):
    """The code is wrong, or was used before."""

    def __init__(self) -> None:
        super().__init__("The code of the authenticator is wrong, or was used before.")


class SecondFactorExists(Conflict):
    """One is confirmed; it is removed with a code of its own before another is enrolled."""

    def __init__(self) -> None:
        super().__init__("There is a second factor already: remove it first.")


class CodeRefused(Unauthenticated):
    """The one-time code is wrong, over, used, or was tried too often. Which is not said."""

    def __init__(self) -> None:
        super().__init__("The code is no good, or not any more: ask for another one.")


class ApiKeyRefused(Unauthenticated):
    """It is unknown, over or revoked. Which is not said."""

    def __init__(self) -> None:
        super().__init__("The API key is no good, or not any more.")


class ScopesNotGrantable(Forbidden):
    """A key can do no more than whoever makes it, and makes no accounts."""

    def __init__(self, scopes: Sequence[str]) -> None:
        self.scopes = tuple(scopes)
        super().__init__(f"These scopes cannot be given to a key: {', '.join(self.scopes)}.")


class OwnAccount(Conflict):
    """Nobody disables themselves or takes their own role: that is how a tenant loses its last administrator."""

    def __init__(self) -> None:
        super().__init__("This is your own account: another administrator has to change it.")


class SitesMisplaced(InvalidRequest):
    """A site host has sites; nobody else does, for they see all."""

    def __init__(self) -> None:
        super().__init__("A site host needs `sites`, and no other role takes them.")


class TenantExists(Conflict):
    """The name is taken."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        super().__init__(f"There is a tenant {tenant} already.")


class TenantStays(Conflict):
    """The default tenant is who administers the others."""

    def __init__(self) -> None:
        super().__init__("The default tenant cannot be disabled.")


class NotTheFirstTenant(Forbidden):
    """Tenants are administered from the default tenant alone."""

    def __init__(self) -> None:
        super().__init__("Tenants are administered by administrators of the default tenant.")


class MalformedEmaid(InvalidRequest):
    """It is no contract's id."""

    def __init__(self, mask: str) -> None:
        self.mask = mask
        super().__init__(f"{mask} is no eMAID: country, provider, and an instance of nine letters and digits.")


class SealBroken(Failure):
    """What was sealed does not open: the secret of identity is another one than it was."""

    def __init__(self) -> None:
        super().__init__("A sealed secret does not open: IDENTITY_SECRETS_KEY is not what it was.")
