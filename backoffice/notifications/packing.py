"""What a delivery needs before it goes out: whether it may, to which address, with which code, and in which words."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backoffice.contracts.identity import CONTACT_OF, ONE_TIME_CODE_OF, AskContact, AskOneTimeCode
from backoffice.kit.bus import Bus
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database
from backoffice.notifications import people_repository, repository
from backoffice.notifications.channels.port import Outcome, Parcel, Result
from backoffice.notifications.composing import Composer, Reader, language_of
from backoffice.notifications.domain import quiet_until
from backoffice.notifications.kinds import RULES, Channel, Kind
from backoffice.notifications.models import PreferencesRow
from backoffice.notifications.repository import Claimed
from backoffice.notifications.settings import NotificationsSettings
from protocol.domain.identifiers import TenantId

_HOUR = timedelta(hours=1)
_DISTURBING = (Channel.EMAIL, Channel.PUSH)


@dataclass(frozen=True, slots=True)
class Held:
    """Not now, but then."""

    until: datetime
    why: str


class Packer:
    """Packs deliveries."""

    def __init__(
        self, database: Database, bus: Bus, composer: Composer, *, settings: NotificationsSettings, clock: Clock
    ) -> None:
        self._database = database
        self._bus = bus
        self._composer = composer
        self._settings = settings
        self._clock = clock

    async def pack(self, claimed: Claimed, channel: Channel) -> Parcel | Outcome | Held:
        """The delivery, ready to go; or why it does not go, or not now. Raises ServiceSilent, BusUnavailable."""
        now = self._clock()
        if claimed.withdrawn_at is not None:
            return Outcome(Result.SUPPRESSED, "it was true no more when its time had come")
        if now >= claimed.expires_at:
            return Outcome(Result.SUPPRESSED, "it came too late to be worth telling")
        parcel = _parcel(claimed)
        if channel not in _DISTURBING or claimed.recipient is None:
            return parcel
        async with self._database.transaction(parcel.tenant) as unit:
            preferences = await people_repository.find_preferences(unit, claimed.recipient)
            mails = (
                await repository.list_mails_since(
                    unit,
                    claimed.recipient,
                    is_urgent=claimed.is_urgent,
                    since=now - _HOUR,
                    limit=self._settings.mails_per_hour,
                )
                if channel is Channel.EMAIL
                else ()
            )
        zone = self._zone_of(preferences)
        if held := self._held(claimed, preferences, zone=zone, now=now):
            return held
        if len(mails) >= self._settings.mails_per_hour:
            return Held(mails[-1] + _HOUR, "the person has had as many mails as one gets in an hour")
        return await self._address(parcel, claimed.recipient, preferences, zone)

    def _held(
        self, claimed: Claimed, preferences: PreferencesRow | None, *, zone: ZoneInfo, now: datetime
    ) -> Held | None:
        if claimed.is_urgent or preferences is None:
            return None
        until = quiet_until(now, begin=preferences.quiet_from, end=preferences.quiet_until, zone=zone)
        return None if until is None else Held(until, "it waits for the end of the person's quiet hours")

    async def _address(
        self, parcel: Parcel, recipient: str, preferences: PreferencesRow | None, zone: ZoneInfo
    ) -> Parcel | Outcome:
        """Addressed and in words, with the code where the kind has one."""
        kind = Kind(parcel.kind)
        contact = await self._bus.ask(CONTACT_OF, AskContact(parcel.tenant, recipient))
        data = dict(parcel.data)
        if RULES[kind].has_code:
            answer = await self._bus.ask(ONE_TIME_CODE_OF, AskOneTimeCode(parcel.tenant, str(data["id"])))
            if answer.code is None:
                return Outcome(Result.SUPPRESSED, "the code was used, or has expired")
            data["code"] = answer.code
        chosen = preferences.language if preferences else None
        language = language_of(chosen, contact.language, default=self._settings.default_language)
        reader = Reader(language, zone, contact.name)
        text = self._composer.compose(kind, data, reader, happened_at=parcel.happened_at)
        return replace(parcel, text=text, language=language, name=contact.name, address=contact.email or "")

    def _zone_of(self, preferences: PreferencesRow | None) -> ZoneInfo:
        chosen = preferences.timezone if preferences else None
        return ZoneInfo(chosen or self._settings.default_timezone)


def _parcel(claimed: Claimed) -> Parcel:
    return Parcel(
        tenant=TenantId(claimed.tenant_id),
        id=claimed.id,
        kind=claimed.kind,
        recipient=claimed.recipient,
        target=claimed.target,
        data=claimed.data,
        happened_at=claimed.happened_at,
        expires_at=claimed.expires_at,
        is_urgent=claimed.is_urgent,
    )
