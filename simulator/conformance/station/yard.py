"""The judge as the CSMS of one station: the socket it has now, and those it opens later."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

from protocol.domain.routes import Direction
from protocol.domain.version import OcppVersion
from simulator.conformance.log import WireLog
from simulator.conformance.rules import Rules
from simulator.conformance.station.replies import Replies
from simulator.conformance.transport import Arrival
from simulator.conformance.verdicts import Failed
from simulator.conformance.wire import Wire


class Yard:
    """Stations come through `run`; cases take the one that is there. A case has the log that `begin` was given.

    What happens between two cases belongs to the next one: a boot comes when the station wants it to.
    """

    def __init__(
        self,
        version: OcppVersion,
        arrivals: asyncio.Queue[Arrival],
        *,
        patience_s: float,
        arrival_s: float,
        heartbeat_s: int,
    ) -> None:
        self.version = version
        self.patience_s = patience_s
        self.heartbeat_s = heartbeat_s
        self.replies = Replies(version, heartbeat_s=heartbeat_s)
        self._arrivals = arrivals
        self._arrival_s = arrival_s
        self._log: WireLog | None = None
        self._wires: list[Wire] = []
        self._came = asyncio.Condition()

    async def run(self) -> None:
        """Take stations in, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                arrival = await self._arrivals.get()
                wire = self._open(arrival)
                tasks.create_task(self._read(wire, arrival))
                async with self._came:
                    self._wires.append(wire)
                    self._came.notify_all()

    def begin(self, log: WireLog) -> None:
        """A case begins; what was logged since the last one is its beginning."""
        waiting = self._log
        if waiting is not None:
            before_s = waiting.elapsed_s
            log.records.extend(replace(record, at_s=record.at_s - before_s) for record in waiting.records)
        self._log = log
        for wire in self._wires[-1:]:
            wire.log = log
            wire.forgive()

    def end(self, log: WireLog) -> None:
        """The case is over: what follows is kept for the next one."""
        self._log = WireLog(log.clock)
        for wire in self._wires[-1:]:
            wire.log = self._log

    async def station(self) -> Wire:
        """The open socket of the station; waits for one where there is none."""
        while True:
            if self._wires and not self._wires[-1].is_closed:
                return self._wires[-1]
            await self.newcomer(len(self._wires))

    @property
    def arrived(self) -> int:
        """How many sockets there were."""
        return len(self._wires)

    async def newcomer(self, after: int) -> Wire:
        """The first socket after so many. Raises Failed where the station does not come in time."""
        try:
            async with asyncio.timeout(self._arrival_s), self._came:
                await self._came.wait_for(lambda: len(self._wires) > after)
        except TimeoutError:
            raise Failed(f"The station did not connect within {self._arrival_s:g} s.") from None
        return self._wires[after]

    def _open(self, arrival: Arrival) -> Wire:
        log = self._log = self._log or WireLog(time.monotonic)
        log.note(f"connected, {arrival.subprotocol or 'without a subprotocol'}", station=arrival.station_id)
        for earlier in self._wires:
            earlier.is_closing = True
        rules = Rules(self.version, listens_to=Direction.FROM_STATION, patience_s=self.patience_s)
        return Wire(
            arrival.socket,
            rules,
            log,
            listens_to=Direction.FROM_STATION,
            respond=self.replies.answer,
            name=arrival.station_id,
        )

    async def _read(self, wire: Wire, arrival: Arrival) -> None:
        try:
            await wire.read()
        finally:
            arrival.gone.set()


def actions_of(wire: Wire) -> Sequence[str]:
    """What the station has asked on this socket, in its order."""
    return [asked.action for asked in wire.heard]
