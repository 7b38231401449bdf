"""A station's password is changed without locking it out.

Invariants:
1. Both passwords are right from before the station hears the new one until it has shown it, or until a deadline after
   it accepted it: neither a crash nor a lost answer leaves the station with a password that we do not know.
2. A station that was not told the new password, or that refused it, keeps the old one alone.
3. With no answer that anybody can read there is no deadline, for nobody knows which of the two the station has; nor
   where it takes the new one with its next boot, which may be far.
4. What the station has shown meanwhile, or an operator has set, is never undone.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NamedTuple

from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS
from backoffice.kit.errors import BackofficeError
from backoffice.stations import repository
from backoffice.stations.errors import (
    CommandNotExpressible,
    CommandNotSent,
    CommandNotValid,
    PasswordChangeOpen,
    PasswordRefused,
    StationNotFound,
    StationOffline,
    StationRefusedCall,
)
from backoffice.stations.models import Station
from backoffice.stations.service import Stations, announce_admission
from protocol.blocks.provisioning.messages import SetVariableStatus
from protocol.bus.commands import NO_PASSWORD
from protocol.bus.secrets import credential_hash, new_station_password
from protocol.domain.identifiers import StationKey, TenantId

TellPassword = Callable[[str], Awaitable[SetVariableStatus]]
"""Sends the password (1.6 ChangeConfiguration of AuthorizationKey, 2.x SetVariables of BasicAuthPassword), and says
what became of it. After an error for which `_was_not_taken` the station does not have it; after any other it may."""

_NOT_SENT = (StationOffline, CommandNotSent, CommandNotExpressible, CommandNotValid)
# Codes by which a station says that it did nothing; it may have failed half-way behind the others.
_NOTHING_DONE = frozenset(
    (
        "FormationViolation",
        "FormatViolation",
        "MessageTypeNotSupported",
        "NotImplemented",
        "NotSupported",
        "OccurenceConstraintViolation",
        "OccurrenceConstraintViolation",
        "PropertyConstraintViolation",
        "SecurityError",
        "TypeConstraintViolation",
    )
)


class Credentials:
    """Changes stations' passwords (OCPP 2.0.1 A01; OCPP 1.6 security whitepaper A01)."""

    def __init__(self, stations: Stations, *, pepper: bytes, clock: Clock, overlap: timedelta) -> None:
        self._stations = stations
        self._pepper = pepper
        self._clock = clock
        self._overlap = overlap

    async def rotate(self, key: StationKey, tell: TellPassword) -> None:
        """The station has a new password, which nobody but it was told.

        Raises StationNotFound, PasswordChangeOpen, PasswordRefused, and what `tell` raises.
        """
        password = new_station_password()
        change = await self._begin(key, credential_hash(password.encode(), pepper=self._pepper))
        try:
            status = await tell(password)
        except BackofficeError as error:
            if _was_not_taken(error):
                await self._undo(key, change)
            raise
        if status is SetVariableStatus.ACCEPTED:
            await self._set_deadline(key, change)
        elif status is not SetVariableStatus.REBOOT_REQUIRED:
            await self._undo(key, change)
            raise PasswordRefused(key.station)

    async def forget_expired(self) -> int:
        """Old passwords past their deadline are right no longer; returns how many."""
        async with self._stations.database.transaction(ALL_TENANTS) as unit:
            expired = await repository.list_expired_credentials(unit, self._clock())
            for station in expired:
                await unit.act_for(TenantId(station.tenant_id))
                station.previous_credential_hash = station.previous_credential_until = None
                await announce_admission(unit, station, now=self._clock())
                await unit.session.flush()
        return len(expired)

    async def _begin(self, key: StationKey, new_hash: str) -> "_Change":
        async with self._stations.database.transaction(key.tenant) as unit:
            station = await repository.lock_station(unit, key.station)
            if station is None:
                raise StationNotFound(key.station)
            if station.previous_credential_hash is not None:
                raise PasswordChangeOpen(key.station)
            change = _Change(old_hash=station.credential_hash, new_hash=new_hash)
            station.previous_credential_hash, station.credential_hash = change.previous_hash, change.new_hash
            await announce_admission(unit, station, now=self._clock())
        await self._stations.registry.refresh(key)
        return change

    async def _undo(self, key: StationKey, change: "_Change") -> None:
        async with self._stations.database.transaction(key.tenant) as unit:
            station = await repository.lock_station(unit, key.station)
            if station is None or not change.is_open(station):
                return
            station.credential_hash, station.previous_credential_hash = change.old_hash, None
            await announce_admission(unit, station, now=self._clock())
        await self._stations.registry.refresh(key)

    async def _set_deadline(self, key: StationKey, change: "_Change") -> None:
        async with self._stations.database.transaction(key.tenant) as unit:
            station = await repository.lock_station(unit, key.station)
            if station is not None and change.old_hash is not None and change.is_open(station):
                station.previous_credential_until = self._clock() + self._overlap


def _was_not_taken(error: BackofficeError) -> bool:
    return isinstance(error, _NOT_SENT) or (isinstance(error, StationRefusedCall) and error.code in _NOTHING_DONE)


class _Change(NamedTuple):
    """A change of the password under way. `old_hash` None: the station had none."""

    old_hash: str | None
    new_hash: str

    @property
    def previous_hash(self) -> str:
        """What the gateway takes beside the new one."""
        return NO_PASSWORD if self.old_hash is None else self.old_hash

    def is_open(self, station: Station) -> bool:
        """Whether the station still has both: it may have shown the new one before its answer was read."""
        return (station.credential_hash, station.previous_credential_hash) == (self.new_hash, self.previous_hash)
