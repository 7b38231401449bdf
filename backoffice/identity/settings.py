"""What identity is told."""

from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from backoffice.kit.settings import SecretStr, Settings, shared


class IdentitySettings(Settings):
    """`failed_logins_allowed` within a quarter of an hour for one account, and `…_per_address` for one place they come
    from, counted where REDIS_URL is given.

    `require_verified_email`: drivers charge once they have verified their address. It is off by itself: a station that
    refuses people on the road is worse than a wrong address, and nobody could charge where no mail is sent.

    `secrets_key` seals second factors and makes one-time codes. Without it they follow from the private key, and are
    lost where that is replaced.

    `token_key` is the master key under which IdTokens are referred to on the bus; the gateway has it too.

    `master_pass_group` is the group whose tokens stop everybody's transactions; stations know it by their variable
    MasterPassGroupId (OCPP 2.0.1 C16). Operators alone register its tokens.

    `first_operator_email` and its password: an administrator of the default tenant who is there after every start.
    """

    prefix: ClassVar[str] = "IDENTITY_"

    auth_private_key: SecretStr = shared("AUTH_PRIVATE_KEY")
    token_key: SecretStr = shared("TOKEN_KEY", min_length=16)
    access_token_lifetime: timedelta = timedelta(hours=12)
    refresh_token_lifetime: timedelta = timedelta(days=30)
    redis_url: str | None = shared("REDIS_URL", default=None)
    failed_logins_allowed: int = Field(default=10, ge=1)
    failed_logins_allowed_per_address: int = Field(default=200, ge=1)
    require_verified_email: bool = False
    secrets_key: SecretStr | None = Field(default=None, min_length=16)
    master_pass_group: str = Field(default="MASTERPASS", min_length=1, max_length=20)
    first_operator_email: str | None = None
    first_operator_password: SecretStr | None = Field(default=None, min_length=8)
