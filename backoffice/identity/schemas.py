"""IdTokens as REST takes and gives them."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, Field

from backoffice.identity.models import RegisteredToken, UnknownToken
from backoffice.kit.bodies import Body
from protocol.domain.identifiers import IdTokenType


class NewMasterPass(BaseModel):
    """A card or fob that stops transactions and starts none; `value` as the reader shows it."""

    value: str = Field(min_length=4, max_length=36, pattern=r"^[A-Za-z0-9*\-_=:+|@.]+$")
    type: IdTokenType = IdTokenType.ISO14443


class NewToken(NewMasterPass):
    """A card or fob to charge with; `value` as the reader shows it, at most what OCPP carries.

    Stations hear of the `group`: its tokens stop each other's transactions and share reservations. It is no token.
    """

    expires_at: AwareDatetime | None = None
    group: str | None = Field(default=None, min_length=1, max_length=20, pattern=r"^[A-Za-z0-9*\-_=:+|@.]+$")


class NewPrepaidCard(NewMasterPass):
    """A card or fob that charges on its credit, which billing keeps under its `token_id`."""

    expires_at: AwareDatetime | None = None


class TokenChange(Body):
    """What becomes different; null stays."""

    is_blocked: bool | None = None
    expires_at: AwareDatetime | None = None


class GroupChange(Body):
    """Whether the tokens of the group charge."""

    is_blocked: bool


class Adoption(BaseModel):
    """Whose the token is to be; a driver adopts for themselves and need not say so."""

    driver_id: str | None = None


class UnknownTokenView(BaseModel):
    """A token that a station asked about and that nobody registered, by its reference and the end of its value."""

    ref: str
    mask: str
    type: IdTokenType
    station_id: str
    first_seen_at: datetime
    last_seen_at: datetime
    times: int

    @classmethod
    def of(cls, token: UnknownToken) -> "UnknownTokenView":
        return cls(
            ref=token.ref,
            mask=token.mask,
            type=IdTokenType(token.type),
            station_id=token.station_id,
            first_seen_at=token.first_seen_at,
            last_seen_at=token.last_seen_at,
            times=token.times,
        )


class TokenView(BaseModel):
    """A token, by the end of its value."""

    token_id: str
    type: IdTokenType
    mask: str
    is_blocked: bool
    expires_at: datetime | None
    group: str | None
    created_at: datetime

    @classmethod
    def of(cls, token: RegisteredToken) -> "TokenView":
        return cls(
            token_id=token.id,
            type=IdTokenType(token.type),
            mask=token.mask,
            is_blocked=token.is_blocked,
            expires_at=token.expires_at,
            group=token.group_name,
            created_at=token.created_at,
        )
