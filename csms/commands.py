"""A command from the bus becomes a CALL in the station's dialect, and the station's answer goes back."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

from csms.errors import AnswerUnreadable, CallNotValid, CommandRefused, CommandTimedOut, StationGone, TooManyCommands
from csms.session import StationSession
from csms.telemetry import COMMANDS
from protocol.blocks.diagnostics.messages import CustomerInformation, GetLog
from protocol.blocks.display_message.messages import GetDisplayMessages
from protocol.blocks.monitoring.messages import GetMonitoringReport
from protocol.blocks.provisioning.messages import GetBaseReport, GetReport
from protocol.blocks.remote_control.messages import TriggerKind, TriggerMessage
from protocol.blocks.smart_charging.messages import GetChargingProfiles
from protocol.bus.commands import COMMAND_OF_NAME, CommandAnswer, CommandRequest, Outcome, RawAnswer, RawCall
from protocol.domain.identifiers import StationKey
from protocol.domain.routes import AnyRoute
from protocol.domain.version import OcppVersion
from protocol.errors import ActionNotSupported, NotExpressible, PayloadViolation, RpcError
from protocol.ocppj.events import IncomingResult
from protocol.tolerance.decoding import decode, without_nul
from protocol.versions import ROUTES, check_call_to_station, route_of_message
from protocol.wire import codec

_request_decoder = msgspec.json.Decoder(CommandRequest)
_message_decoders = {name: msgspec.json.Decoder(row.message) for name, row in COMMAND_OF_NAME.items()}

# What a station sends for a trigger where the action is called otherwise, in one version or another.
_ACTIONS_OF_TRIGGER: Mapping[TriggerKind, tuple[str, ...]] = {
    TriggerKind.LOG_STATUS_NOTIFICATION: ("LogStatusNotification", "DiagnosticsStatusNotification"),
    TriggerKind.FIRMWARE_STATUS_NOTIFICATION: ("FirmwareStatusNotification", "SignedFirmwareStatusNotification"),
    TriggerKind.SIGN_STATION_CERTIFICATE: ("SignCertificate",),
    TriggerKind.SIGN_V2G_CERTIFICATE: ("SignCertificate",),
    TriggerKind.SIGN_COMBINED_CERTIFICATE: ("SignCertificate",),
}
# What a station sends because it was asked for something else than a trigger.
_ACTIONS_OF_ORDER: Mapping[type[msgspec.Struct], tuple[str, ...]] = {
    GetBaseReport: ("NotifyReport",),
    GetReport: ("NotifyReport",),
    GetMonitoringReport: ("NotifyMonitoringReport",),
    CustomerInformation: ("NotifyCustomerInformation",),
    GetDisplayMessages: ("NotifyDisplayMessages",),
    GetLog: ("LogStatusNotification",),
    GetChargingProfiles: ("ReportChargingProfiles",),
}
# The same for what has no route: it is always raw.
_ACTIONS_OF_RAW_ORDER: Mapping[str, tuple[str, ...]] = {"GetDERControl": ("ReportDERControl",)}


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
        if isinstance(message, RawCall):
            reply: msgspec.Struct = await _exchange_raw(session, message, timeout_s)
        else:
            reply = await _exchange(session, message, timeout_s)
    except (NotExpressible, RpcError) as error:  # of ours: one of the answer is AnswerUnreadable
        return CommandAnswer(Outcome.NOT_EXPRESSIBLE, detail=str(error))
    except CallNotValid as error:
        return CommandAnswer(Outcome.NOT_VALID, detail=str(error))
    except CommandTimedOut as error:
        return CommandAnswer(Outcome.TIMED_OUT, detail=str(error))
    except StationGone as error:
        return CommandAnswer(Outcome.TIMED_OUT if error.was_sent else Outcome.NOT_HERE, detail=str(error))
    except TooManyCommands as error:
        return CommandAnswer(Outcome.BUSY, detail=str(error))
    except CommandRefused as error:
        return CommandAnswer(Outcome.CALL_ERROR, error_code=error.code, detail=error.detail)
    except AnswerUnreadable as error:
        return CommandAnswer(Outcome.UNREADABLE, detail=str(error))
    return CommandAnswer(Outcome.ANSWERED, reply=msgspec.Raw(msgspec.json.encode(reply)))


async def _exchange(session: StationSession, message: msgspec.Struct, timeout_s: float) -> msgspec.Struct:
    route = route_of_message(session.station.version, type(message))
    payload = codec.encode(route.encode_request(message))
    session.station.solicited.update(_solicited_by(message))
    result = await session.own_calls.call(route.action, payload, timeout_s=timeout_s)
    try:
        return _read_answer(session, route, result)
    except RpcError as error:
        raise AnswerUnreadable(str(error)) from error


async def _exchange_raw(session: StationSession, message: RawCall, timeout_s: float) -> RawAnswer:
    """The answer as it came but for NULs, also where it breaks its schema: who speaks the wire's words reads them.

    Of what is sent only a trigger is read: what the rest means is between its sender and the station. Raises
    CallNotValid, and then nothing was sent.
    """
    payload = bytes(message.payload)
    try:
        check_call_to_station(session.station.version, message.action, payload)
        solicited = _read_solicited(session.station.version, message.action, payload)
    except PayloadViolation as error:
        raise CallNotValid(str(error)) from error
    session.station.solicited.update(solicited)
    result = await session.own_calls.call(message.action, payload, timeout_s=timeout_s)
    answer, dropped = without_nul(bytes(result.payload))
    session.station.deviations.record(dropped, datetime.now(UTC))
    return RawAnswer(msgspec.Raw(answer))


def _read_solicited(version: OcppVersion, action: str, payload: bytes) -> tuple[str, ...]:
    """What a raw call makes the station say; nothing where we have no word for it. Raises PayloadViolation."""
    route = ROUTES[version].get(action)
    if route is None:
        return _ACTIONS_OF_RAW_ORDER.get(action, ())
    if not issubclass(route.messages[0], TriggerMessage):
        return _ACTIONS_OF_ORDER.get(route.messages[0], ())
    request = codec.decode(payload, route.request)
    try:
        return _solicited_by(route.decode_request(request))
    except ActionNotSupported:
        return ()


def _solicited_by(message: msgspec.Struct) -> tuple[str, ...]:
    """What the station may say, from before the CALL is sent: some are faster than their answer."""
    if isinstance(message, TriggerMessage):
        return _ACTIONS_OF_TRIGGER.get(message.requested, (message.requested,))
    return _ACTIONS_OF_ORDER.get(type(message), ())


def _read_answer(session: StationSession, route: AnyRoute, result: IncomingResult) -> msgspec.Struct:
    """The station's answer, by rules where it must be; they are said as facts when the session is next looked at."""
    now, station = datetime.now(UTC), session.station
    response, forgiven = decode(result.payload, route.response, rules=station.rules, received_at=now)
    station.deviations.record(forgiven, now)
    reply: msgspec.Struct = route.decode_response(response)
    return reply
