"""What identity refuses."""

from backoffice.kit.errors import Conflict, TooManyRequests, Unauthenticated


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
