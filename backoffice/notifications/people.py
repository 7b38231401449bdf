"""What people do with what they are told: preferences, browsers and their inbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from backoffice.kit.auth import Principal
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import InvalidRequest
from backoffice.notifications import people_repository
from backoffice.notifications.channels.port import Text
from backoffice.notifications.composing import Composer, Reader, language_of
from backoffice.notifications.errors import (
    MessageNotFound,
    NotTold,
    SubscriptionNotFound,
    TooManySubscriptions,
)
from backoffice.notifications.keys import is_subscription_key
from backoffice.notifications.kinds import CHOOSABLE, PERSONAL, Audience, Channel, Kind, ways_to
from backoffice.notifications.models import MessageRow, PreferencesRow, PushSubscriptionRow
from backoffice.notifications.outgoing import Outgoing
from backoffice.notifications.settings import NotificationsSettings
from protocol.bus.envelope import unique_event_id

_BROWSERS_OF_ONE = 20


@dataclass(frozen=True, slots=True)
class Preferences:
    """How somebody is told. None: they said nothing, and what the installation says holds. `ways`: all their kinds."""

    language: str | None
    timezone: str | None
    quiet_from: time | None
    quiet_until: time | None
    ways: Mapping[Kind, Sequence[Channel]]


class People:
    """Everything takes the unit of its request."""

    def __init__(
        self,
        database: Database,
        composer: Composer,
        outgoing: Outgoing,
        *,
        push_key: str,
        settings: NotificationsSettings,
        clock: Clock,
    ) -> None:
        self.database = database
        self.push_key = push_key
        self._composer = composer
        self._outgoing = outgoing
        self._settings = settings
        self._clock = clock

    async def read_preferences(self, unit: Unit, person: Principal) -> Preferences:
        """How the person is told of what is for people like them."""
        row = await people_repository.find_preferences(unit, person.subject)
        choices = {} if row is None else row.choices
        ways = {kind: _in_order(ways_to(kind, choices)) for kind in _kinds_of(person)}
        if row is None:
            return Preferences(None, None, None, None, ways)
        return Preferences(row.language, row.timezone, row.quiet_from, row.quiet_until, ways)

    async def save_preferences(self, unit: Unit, person: Principal, wanted: Preferences) -> None:
        """The person is told so from now on; kinds that are not named, as the kind says. Raises NotTold."""
        if strange := [kind for kind in wanted.ways if kind not in _kinds_of(person)]:
            raise NotTold(strange[0])
        row = PreferencesRow(
            tenant_id=unit.tenant,
            subject=person.subject,
            language=wanted.language,
            timezone=wanted.timezone,
            quiet_from=wanted.quiet_from,
            quiet_until=wanted.quiet_until,
            choices={kind.value: [way.value for way in _in_order(ways)] for kind, ways in wanted.ways.items()},
            updated_at=self._clock(),
        )
        await people_repository.save_preferences(unit, row)

    async def reader_of(self, unit: Unit, person: Principal) -> Reader:
        """In which language and by which clock the person reads here: nobody is greeted by name in their own inbox."""
        row = await people_repository.find_preferences(unit, person.subject)
        language = language_of(row.language if row else None, default=self._settings.default_language)
        zone = (row.timezone if row else None) or self._settings.default_timezone
        return Reader(language, ZoneInfo(zone))

    def put_in_words(self, message: MessageRow, reader: Reader) -> Text:
        """What the message says."""
        return self._composer.compose(Kind(message.kind), message.data, reader, happened_at=message.happened_at)

    async def mark_read(self, unit: Unit, person: Principal, message_id: str) -> None:
        """The message is read. Raises MessageNotFound."""
        if not await people_repository.mark_read(unit, person.subject, message_id, now=self._clock()):
            raise MessageNotFound(message_id)

    async def mark_all_read(self, unit: Unit, person: Principal) -> None:
        """Nothing that is in the inbox now is unread."""
        await people_repository.mark_all_read(unit, person.subject, now=self._clock())

    async def subscribe(
        self, unit: Unit, person: Principal, *, endpoint: str, public_key: str, auth_secret: str
    ) -> str:
        """The browser is the person's, and is told by push; returns the id of its subscription.

        Raises AddressRefused, InvalidRequest, TooManySubscriptions.
        """
        self._outgoing.check(endpoint)
        if not is_subscription_key(public_key, auth_secret):
            raise InvalidRequest("The keys are not those of a browser's push subscription: p256dh and auth.")
        theirs = await people_repository.list_subscriptions(unit, person.subject)
        if len(theirs) >= _BROWSERS_OF_ONE and endpoint not in {one.endpoint for one in theirs}:
            raise TooManySubscriptions(_BROWSERS_OF_ONE)
        now = self._clock()
        row = PushSubscriptionRow(
            tenant_id=unit.tenant,
            id=unique_event_id(now),
            subject=person.subject,
            endpoint=endpoint,
            public_key=public_key,
            auth_secret=auth_secret,
            created_at=now,
        )
        return await people_repository.save_subscription(unit, row)

    async def unsubscribe(self, unit: Unit, person: Principal, subscription_id: str) -> None:
        """The browser is told nothing any more. Raises SubscriptionNotFound."""
        if not await people_repository.remove_subscription(unit, subscription_id, subject=person.subject):
            raise SubscriptionNotFound(subscription_id)


def _kinds_of(person: Principal) -> Sequence[Kind]:
    return CHOOSABLE[Audience.DRIVER if person.driver_id is not None else Audience.STAFF]


def _in_order(ways: Sequence[Channel] | frozenset[Channel]) -> Sequence[Channel]:
    return [way for way in PERSONAL if way in ways]
