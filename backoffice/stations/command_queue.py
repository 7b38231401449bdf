"""Commands that wait for their stations.

Invariants:
1. A queued command is sent after the station has spoken: some lose their connection over a command before the boot
   (OCPP 1.6 §4.2 leaves the first word to the station).
2. A station's commands go one by one in their order; a station that is slow to answer holds up no other, and the
   stations of one tenant never take all places.
3. None is sent after its deadline.
"""

import asyncio
from collections import Counter
from datetime import timedelta

import structlog

from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS
from backoffice.kit.errors import BackofficeError, DatabaseUnavailable
from backoffice.kit.forever import forever
from backoffice.kit.workers import try_each
from backoffice.stations import command_repository
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.models import StationCommand

log = structlog.get_logger(__name__)

GIVE_UP_EVERY_S = 1.0
PRUNE_COMMANDS_EVERY_S = 3_600.0
_LOOK_EVERY_S = 1.0
_AT_ONCE = 64
_AT_ONCE_OF_TENANT = 48
_SPOKEN_AFTER = timedelta(seconds=15)
_LOST_AFTER = timedelta(minutes=5)

_Place = tuple[str, str]


class CommandQueue:
    """Sends what waits, gives up what waits too long, and forgets what ended long ago."""

    def __init__(self, dispatch: Dispatch, *, clock: Clock, kept: timedelta) -> None:
        self._dispatch = dispatch
        self._database = dispatch.database
        self._clock = clock
        self._kept = kept
        self._busy: set[_Place] = set()

    async def keep_sending(self) -> None:
        """Every process does; a command is taken by one. Never returns."""
        async with asyncio.TaskGroup() as tasks:
            for _ in forever():
                for waiting in await self._next():
                    self._busy.add((waiting.tenant_id, waiting.station_id))
                    tasks.create_task(self._send(waiting))
                await asyncio.sleep(_LOOK_EVERY_S)

    async def give_up_late(self) -> None:
        """What waited past its deadline has expired; what was sent and never concluded is unknown."""
        now = self._clock()
        async with self._database.transaction(ALL_TENANTS) as unit:
            late = await command_repository.list_late_commands(unit, now, lost_before=now - _LOST_AFTER)
        await try_each(late, self._dispatch.give_up)

    async def prune(self) -> None:
        """Records of commands that ended long ago are gone; their events stay for as long as the stream keeps them."""
        async with self._database.transaction(ALL_TENANTS) as unit:
            await command_repository.delete_finished(unit, before=self._clock() - self._kept)

    async def _next(self) -> list[StationCommand]:
        """The oldest command of each station that is there and has none on its way."""
        now, room = self._clock(), _AT_ONCE - len(self._busy)
        if room <= 0:
            return []
        try:
            async with self._database.snapshot(ALL_TENANTS) as unit:
                ready = await command_repository.list_ready_commands(
                    unit, now, silent_since=now - _SPOKEN_AFTER, limit=room
                )
        except DatabaseUnavailable as error:
            log.info("queued commands wait", reason=str(error))
            return []
        busy = Counter(tenant for tenant, _ in self._busy)
        taken = []
        for row in ready:
            if (row.tenant_id, row.station_id) not in self._busy and busy[row.tenant_id] < _AT_ONCE_OF_TENANT:
                busy[row.tenant_id] += 1
                taken.append(row)
        return taken

    async def _send(self, waiting: StationCommand) -> None:
        try:
            await self._dispatch.send_waiting(waiting)
        except BackofficeError as error:
            log.info("queued command", command_id=waiting.id, command=waiting.command, outcome=str(error))
        except Exception:
            log.exception("queued command failed", command_id=waiting.id, command=waiting.command)
        finally:
            self._busy.discard((waiting.tenant_id, waiting.station_id))
