"""Our CALLs to one station: one in flight at most, the others wait in order, and all fail when the socket closes."""

import asyncio
from collections.abc import Callable

from csms.errors import CommandTimedOut, StationGone, TooManyCommands
from csms.message_log import SENT, MessageLog
from csms.station import Station
from protocol.bus.frames import FrameDirection
from protocol.ocppj.connection import OcppConnection
from protocol.ocppj.events import IncomingResult


class OwnCalls:
    """Those of one session, which tells of answers (`settle`), of failures (`fail`) and of its end (`close`)."""

    __slots__ = (
        "_answer", "_at_most", "_clock", "_connection", "_frame_log", "_is_closed", "_lock", "_send", "_station",
        "_waiting",
    )  # fmt: skip

    def __init__(
        self,
        station: Station,
        connection: OcppConnection,
        send: Callable[[bytes], None],
        *,
        clock: Callable[[], float],
        frame_log: MessageLog,
        at_most: int,
    ) -> None:
        self._station = station
        self._connection = connection
        self._send = send
        self._clock = clock
        self._frame_log = frame_log
        self._at_most = at_most
        self._lock = asyncio.Lock()
        self._waiting = 0
        self._answer: asyncio.Future[IncomingResult] | None = None
        self._is_closed = False

    async def call(self, action: str, payload: bytes, *, timeout_s: float) -> IncomingResult:
        """Send a CALL when none is in flight, and return its answer; waiting for its turn is part of the time-out.

        Raises TooManyCommands (nothing was sent, and nothing will be), StationGone, CommandRefused, and
        CommandTimedOut or AnswerUnreadable: then the outcome is unknown.
        """
        if self._waiting >= self._at_most:
            raise TooManyCommands(str(self._station.key), self._waiting)
        self._waiting += 1
        deadline = self._clock() + timeout_s
        try:
            async with asyncio.timeout(timeout_s):
                await self._lock.acquire()
        except TimeoutError as error:
            raise TooManyCommands(str(self._station.key), self._waiting) from error
        finally:
            self._waiting -= 1
        try:
            return await self._call_now(action, payload, deadline - self._clock())
        finally:
            self._lock.release()

    def settle(self, result: IncomingResult) -> None:
        """The station answered."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(result)

    def fail(self, error: Exception) -> None:
        """The CALL in flight ends with this error."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    def close(self) -> None:
        """The socket is gone."""
        self._is_closed = True
        self.fail(StationGone(str(self._station.key), was_sent=True))

    async def _call_now(self, action: str, payload: bytes, timeout_s: float) -> IncomingResult:
        if self._is_closed:
            raise StationGone(str(self._station.key), was_sent=False)
        message_id, text = self._connection.call(action, payload, now=self._clock(), timeout_s=timeout_s)
        self._frame_log.note(
            self._station, FrameDirection.OUT, text, verdict=SENT, action=action, message_id=message_id
        )
        self._answer = asyncio.get_running_loop().create_future()
        self._send(text)
        try:
            async with asyncio.timeout(timeout_s):
                return await self._answer
        except TimeoutError as error:
            raise CommandTimedOut(str(self._station.key), action) from error
        finally:
            # Cancelled or late: the connection must be free for the next CALL, and know a late answer for what it is.
            self._connection.expire(float("inf"))
            self._answer = None
