"""A station's password is changed without locking it out.

Invariants:
1. Both passwords are right from before the station hears the new one until it has shown it, or until a deadline after
   it accepted it: neither a crash nor a lost answer leaves the station with a password that we do not know.
2. A station that refuses the new password keeps the old one alone.
3. Without an answer there is no deadline: nobody knows which of the two the station has.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS
from backoffice.kit.errors import OutcomeUnknown
from backoffice.stations import repository
from backoffice.stations.errors import PasswordChangeOpen, PasswordRefused, StationNotFound
from backoffice.stations.models import Station
from backoffice.stations.service import Stations, announce_admission
from protocol.bus.secrets import credential_hash, new_station_password
from protocol.domain.identifiers import StationKey, TenantId

TellPassword = Callable[[StationKey, str], Awaitable[bool]]
"""Sends the password (1.6 ChangeConfiguration of AuthorizationKey, 2.x SetVariables of BasicAuthPassword), and says
whether it was accepted. Raises OutcomeUnknown where no answer came; any other error says that it was not taken."""


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
        await self._begin(key, credential_hash(password.encode(), pepper=self._pepper))
        try:
            is_accepted = await tell(key, password)
        except OutcomeUnknown:
            raise
        except Exception:
            await self._undo(key)
            raise
        if not is_accepted:
            await self._undo(key)
            raise PasswordRefused(key.station)
        await self._set_deadline(key)

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

    async def _begin(self, key: StationKey, new_hash: str) -> None:
        async with self._stations.database.transaction(key.tenant) as unit:
            station = await repository.lock_station(unit, key.station)
            if station is None:
                raise StationNotFound(key.station)
            if station.previous_credential_hash is not None:
                raise PasswordChangeOpen(key.station)
            station.previous_credential_hash, station.credential_hash = station.credential_hash, new_hash
            await announce_admission(unit, station, now=self._clock())
        await self._stations.registry.write(station)

    async def _undo(self, key: StationKey) -> None:
        async with self._stations.database.transaction(key.tenant) as unit:
            station = await repository.lock_station(unit, key.station)
            assert station is not None
            station.credential_hash, station.previous_credential_hash = station.previous_credential_hash, None
            await announce_admission(unit, station, now=self._clock())
        await self._stations.registry.write(station)

    async def _set_deadline(self, key: StationKey) -> None:
        async with self._stations.database.transaction(key.tenant) as unit:
            station: Station | None = await repository.lock_station(unit, key.station)
            # It may have come back with the new password before its answer was read: then the change is over.
            if station is not None and station.previous_credential_hash is not None:
                station.previous_credential_until = self._clock() + self._overlap
