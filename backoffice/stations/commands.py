"""Commands to stations, by way of the gateway node that holds the station's socket.

Invariants:
1. A command is sent once. It is sent to a second place only where the first one said that it did not pass it on.
2. Silence means that the outcome is unknown; that nobody holds the socket is known at once.
"""

from dataclasses import dataclass
from typing import TypeVar

import msgspec
from nats.js.errors import KeyDeletedError, KeyNotFoundError

from backoffice.kit.bus import Bus
from backoffice.kit.errors import BusUnavailable
from backoffice.stations.errors import (
    AnswerUnreadable,
    CommandNotExpressible,
    CommandNotSent,
    CommandNotValid,
    CommandTimedOut,
    StationOffline,
    StationRefusedCall,
)
from protocol.bus.commands import (
    COMMAND_OF_MESSAGE,
    CommandAnswer,
    CommandRequest,
    Outcome,
    PresenceEntry,
    RawCall,
)
from protocol.bus.subjects import PRESENCE_BUCKET, node_command, station_key
from protocol.domain.identifiers import StationKey

ReplyT = TypeVar("ReplyT", bound=msgspec.Struct)

# The node keeps to the command's time-out; its answer has a little longer to arrive.
_ON_THE_WAY_S = 2.0


def name_of(message: msgspec.Struct) -> str:
    """What people call the command: the wire's action, or our name of a typed one."""
    return message.action if isinstance(message, RawCall) else COMMAND_OF_MESSAGE[type(message)].name


@dataclass(frozen=True, slots=True)
class Presence:
    """Which node holds the newest socket, and its epoch."""

    node: str
    epoch: int


class StationCommands:
    """Sends commands and waits for what the station answers."""

    def __init__(self, bus: Bus, *, timeout_s: float) -> None:
        self._bus = bus
        self._timeout_s = timeout_s

    async def send(self, station: StationKey, message: msgspec.Struct, *, reply: type[ReplyT]) -> ReplyT:
        """The station's answer.

        Raises StationOffline, CommandNotSent, CommandNotExpressible or CommandNotValid where nothing was sent,
        CommandTimedOut, AnswerUnreadable or BusUnavailable where the station may have done it, and StationRefusedCall
        for a CALLERROR.
        """
        presence = await self._find(station)
        answer = await self._ask(station, presence, message)
        if answer.outcome is Outcome.NOT_HERE:
            moved = await self._find(station)
            if moved == presence:
                raise StationOffline(station.station)
            answer = await self._ask(station, moved, message)
        return self._read(station, message, answer, reply)

    async def _find(self, station: StationKey) -> Presence:
        try:
            bucket = await self._bus.bucket(PRESENCE_BUCKET)
            with self._bus.naming_outages():
                entry = await bucket.get(station_key(station))
        except (KeyNotFoundError, KeyDeletedError) as error:
            raise StationOffline(station.station) from error
        except BusUnavailable as error:
            raise CommandNotSent(station.station, reason=str(error)) from error
        assert entry.value is not None
        assert entry.revision is not None
        return Presence(msgspec.json.decode(entry.value, type=PresenceEntry).node, entry.revision)

    async def _ask(self, station: StationKey, presence: Presence, message: msgspec.Struct) -> CommandAnswer:
        """The node's answer; a node that nobody hears is as good as one that does not hold the socket."""
        row = COMMAND_OF_MESSAGE[type(message)]
        request = CommandRequest(
            command=row.name,
            message=msgspec.Raw(msgspec.json.encode(message)),
            epoch=presence.epoch,
            timeout_s=self._timeout_s,
        )
        subject = node_command(presence.node, station)
        try:
            heard = await self._bus.request(
                subject, msgspec.json.encode(request), timeout_s=self._timeout_s + _ON_THE_WAY_S
            )
        except TimeoutError as error:
            raise CommandTimedOut(station.station, command=name_of(message)) from error
        return msgspec.json.decode(heard.data, type=CommandAnswer) if heard else CommandAnswer(Outcome.NOT_HERE)

    def _read(self, station: StationKey, message: msgspec.Struct, answer: CommandAnswer, reply: type[ReplyT]) -> ReplyT:
        match answer.outcome:
            case Outcome.ANSWERED:
                return msgspec.json.decode(answer.reply, type=reply)
            case Outcome.NOT_HERE:
                raise StationOffline(station.station)
            case Outcome.BUSY:
                raise CommandNotSent(station.station, reason=f"{answer.detail}.")
            case Outcome.TIMED_OUT:
                raise CommandTimedOut(station.station, command=name_of(message))
            case Outcome.NOT_EXPRESSIBLE:
                raise CommandNotExpressible(station.station, detail=answer.detail)
            case Outcome.NOT_VALID:
                raise CommandNotValid(name_of(message), detail=answer.detail)
            case Outcome.UNREADABLE:
                raise AnswerUnreadable(station.station, command=name_of(message), detail=answer.detail)
            case Outcome.CALL_ERROR:
                raise StationRefusedCall(station.station, code=answer.error_code, detail=answer.detail)
