"""A command from the bus becomes a CALL in the station's dialect, and the station's answer goes back."""

from collections.abc import Callable

import msgspec

from csms.errors import CommandRefused, CommandTimedOut, StationGone, TooManyCommands
from csms.session import StationSession
from csms.telemetry import COMMANDS
from protocol.blocks.remote_control.messages import TriggerMessage
from protocol.bus.commands import COMMAND_OF_NAME, CommandAnswer, CommandRequest, Outcome
from protocol.domain.identifiers import StationKey
from protocol.errors import NotExpressible, RpcError
from protocol.versions import route_of_message
from protocol.wire import codec

_request_decoder = msgspec.json.Decoder(CommandRequest)
_message_decoders = {name: msgspec.json.Decoder(row.message) for name, row in COMMAND_OF_NAME.items()}


class CommandDesk:
    """Carries out commands for the stations whose sockets this node holds."""

    def __init__(self, find_session: Callable[[StationKey], StationSession | None]) -> None:
        self._find_session = find_session

    async def carry_out(self, station: StationKey, payload: bytes) -> bytes:
        """The answer to an encoded CommandRequest. Never raises for what a caller or a station can get wrong."""
        try:
            request = _request_decoder.decode(payload)
            decoder = _message_decoders[request.command]
            message = decoder.decode(request.message)
        except (msgspec.DecodeError, KeyError) as error:
            return msgspec.json.encode(CommandAnswer(Outcome.NOT_EXPRESSIBLE, detail=f"no such command: {error}"))
        session = self._find_session(station)
        if session is None or session.is_closed or session.epoch != request.epoch:
            answer = CommandAnswer(Outcome.NOT_HERE)
        else:
            answer = await _ask(session, message, request.timeout_s)
        COMMANDS.labels(request.command, answer.outcome).inc()
        return msgspec.json.encode(answer)


async def _ask(session: StationSession, message: msgspec.Struct, timeout_s: float) -> CommandAnswer:
    try:
        route = route_of_message(session.station.version, type(message))
        payload = codec.encode(route.encode_request(message))
        if isinstance(message, TriggerMessage):
            # Before it is sent: some stations send what was asked for ahead of their answer.
            session.station.solicited.add(message.requested)
        result = await session.call(route.action, payload, timeout_s=timeout_s)
        reply = route.decode_response(codec.decode(result.payload, route.response))
    except NotExpressible as error:
        return CommandAnswer(Outcome.NOT_EXPRESSIBLE, detail=str(error))
    except CommandTimedOut as error:
        return CommandAnswer(Outcome.TIMED_OUT, detail=str(error))
    except StationGone as error:
        # The CALL may have been on its way when the socket closed.
        return CommandAnswer(Outcome.TIMED_OUT, detail=str(error))
    except TooManyCommands as error:
        return CommandAnswer(Outcome.CALL_ERROR, error_code="Busy", detail=str(error))
    except CommandRefused as error:
        return CommandAnswer(Outcome.CALL_ERROR, error_code=error.code, detail=error.detail)
    except RpcError as error:
        return CommandAnswer(Outcome.CALL_ERROR, error_code=type(error).__name__, detail=f"unreadable answer: {error}")
    return CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(msgspec.json.encode(reply)))
