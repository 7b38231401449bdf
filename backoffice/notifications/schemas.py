"""What people see of notifications, and say."""

from datetime import datetime, time
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, Field, model_validator

from backoffice.kit.bodies import Body
from backoffice.notifications.channels.port import Text
from backoffice.notifications.kinds import Channel, Kind
from backoffice.notifications.models import MessageRow
from backoffice.notifications.people import Preferences

PersonalChannel = Literal[Channel.IN_APP, Channel.EMAIL, Channel.PUSH]


def _a_timezone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("it is no time zone such as Europe/Berlin")
    return name


def _without_zone(at: time) -> time:
    if at.tzinfo is not None:
        raise ValueError("quiet hours are by the clock of the person's time zone: no offset")
    return at


WallTime = Annotated[time, AfterValidator(_without_zone)]
TimezoneName = Annotated[str, AfterValidator(_a_timezone)]


class PreferencesBody(Body):
    """How somebody wants to be told, whole. Kinds that are not named are told as they are by default."""

    language: Literal["en", "de"] | None = Field(default=None, description="null: the one of the account.")
    timezone: TimezoneName | None = Field(default=None, description="Of quiet hours, and of times in texts.")
    quiet_from: WallTime | None = Field(default=None, description="Until quiet_until nothing disturbs but the urgent.")
    quiet_until: WallTime | None = None
    ways: dict[Kind, list[PersonalChannel]] = Field(default={}, description="No way: not told at all.")

    @model_validator(mode="after")
    def _quiet_hours_have_two_ends(self) -> "PreferencesBody":
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("quiet hours need both quiet_from and quiet_until")
        return self

    def preferences(self) -> Preferences:
        """What was said."""
        return Preferences(self.language, self.timezone, self.quiet_from, self.quiet_until, {**self.ways})


class PreferencesView(BaseModel):
    """How somebody is told: `ways` has every kind that is for them."""

    language: str | None
    timezone: str | None
    quiet_from: time | None
    quiet_until: time | None
    ways: dict[Kind, list[Channel]]

    @classmethod
    def of(cls, preferences: Preferences) -> "PreferencesView":
        return cls(
            language=preferences.language,
            timezone=preferences.timezone,
            quiet_from=preferences.quiet_from,
            quiet_until=preferences.quiet_until,
            ways={kind: list(ways) for kind, ways in preferences.ways.items()},
        )


class MessageView(BaseModel):
    """A message in the language of who reads it. `url`: where it leads, if anywhere."""

    message_id: str
    kind: Kind
    subject: str
    text: str
    url: str | None
    happened_at: datetime
    posted_at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, row: MessageRow, text: Text) -> "MessageView":
        return cls(
            message_id=row.id,
            kind=Kind(row.kind),
            subject=text.subject,
            text=text.sentence,
            url=text.url,
            happened_at=row.happened_at,
            posted_at=row.posted_at,
            read_at=row.read_at,
        )


class UnreadView(BaseModel):
    """How many messages wait."""

    unread: int


class PushKeyView(BaseModel):
    """What a browser is subscribed with: `applicationServerKey`."""

    public_key: str


class PushKeys(Body):
    """The keys of a browser's subscription, in URL-safe base64."""

    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=50)


class NewPushSubscription(BaseModel):
    """`PushSubscription.toJSON()` as the browser makes it: what else it says is not kept."""

    endpoint: str = Field(max_length=2_048)
    keys: PushKeys


class PushSubscriptionView(BaseModel):
    """The id by which it is removed."""

    subscription_id: str
