"""From a CALL's action to its handler and back to the text of its answer."""

from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any

import msgspec

from csms.adjustments import adjust, name_as_sent
from csms.handlers import (
    authorization,
    availability,
    battery_swap,
    certificates,
    data_transfer,
    der_control,
    diagnostics,
    display_message,
    event_streams,
    firmware,
    meter_values,
    monitoring,
    payment,
    provisioning,
    reservation,
    security,
    smart_charging,
    transactions,
)
from csms.ports import Ports
from csms.session import Answer, StationSession
from csms.station import ReceivedCall, Station, publish_deviations
from csms.telemetry import ANSWERED_CALLS, REFUSED_CALLS, CallTimes
from csms.tracing import CallTracer, Span, end
from protocol.blocks.authorization.messages import Authorize
from protocol.blocks.availability.messages import Heartbeat, StatusNotification
from protocol.blocks.battery_swap.messages import BatterySwap
from protocol.blocks.certificates.messages import (
    GetCertificateChainStatus,
    GetCertificateStatus,
    GetEvCertificate,
    SignCertificate,
)
from protocol.blocks.data_transfer.messages import DataTransfer
from protocol.blocks.der_control.messages import DerAlarm, DerReport, DerSwitch
from protocol.blocks.diagnostics.messages import (
    DiagnosticsStatusNotification,
    LogStatusNotification,
    NotifyCustomerInformation,
)
from protocol.blocks.display_message.messages import NotifyDisplayMessages
from protocol.blocks.event_streams.messages import CloseEventStream, EventStreamValues, OpenEventStream
from protocol.blocks.firmware.messages import (
    FirmwareStatusNotification,
    PublishFirmwareStatusNotification,
    SignedFirmwareStatusNotification,
)
from protocol.blocks.meter_values.messages import MeterValues
from protocol.blocks.monitoring.messages import NotifyEvent, NotifyMonitoringReport
from protocol.blocks.payment.messages import CheckVatNumber, Settlement
from protocol.blocks.provisioning.messages import BootNotification, NotifyReport
from protocol.blocks.reservation.messages import ReservationStatusUpdate
from protocol.blocks.security.messages import SecurityEventNotification
from protocol.blocks.smart_charging.messages import (
    ClearedChargingLimit,
    NotifyChargingLimit,
    NotifyChargingNeeds,
    NotifyChargingSchedule,
    NotifyPriorityCharging,
    PullScheduleUpdate,
    ReportChargingProfiles,
)
from protocol.blocks.transactions.messages import TransactionEnd, TransactionStart, TransactionUpdate
from protocol.domain.routes import AnyRoute, Direction
from protocol.domain.status import RegistrationStatus
from protocol.domain.version import OcppVersion
from protocol.errors import ActionNotSupported, RpcError, SecurityError
from protocol.ocppj.events import IncomingCall, IncomingSend
from protocol.ocppj.repairs import Deviation, drop_nul
from protocol.tolerance.decoding import decode, observe
from protocol.versions import route_of_action
from protocol.wire import codec
from protocol.wire.structs import NoAnswer

Handler = Callable[[Any, ReceivedCall, Ports], Awaitable[msgspec.Struct]]  # Any: the key of the table is its type

HANDLERS: Mapping[type[msgspec.Struct], Handler] = {
    BootNotification: provisioning.on_boot_notification,
    Heartbeat: availability.on_heartbeat,
    StatusNotification: availability.on_status_notification,
    Authorize: authorization.on_authorize,
    TransactionStart: transactions.on_transaction_start,
    TransactionUpdate: transactions.on_transaction_update,
    TransactionEnd: transactions.on_transaction_end,
    MeterValues: meter_values.on_meter_values,
    DataTransfer: data_transfer.on_data_transfer,
    FirmwareStatusNotification: firmware.on_firmware_status,
    SignedFirmwareStatusNotification: firmware.on_firmware_status,
    LogStatusNotification: diagnostics.on_log_status,
    DiagnosticsStatusNotification: diagnostics.on_log_status,
    SignCertificate: certificates.on_sign_certificate,
    GetCertificateStatus: certificates.on_get_status,
    GetCertificateChainStatus: certificates.on_get_chain_status,
    GetEvCertificate: certificates.on_get_ev_certificate,
    PublishFirmwareStatusNotification: firmware.on_publication_status,
    ReportChargingProfiles: smart_charging.on_report,
    NotifyChargingLimit: smart_charging.on_limit,
    ClearedChargingLimit: smart_charging.on_cleared,
    NotifyChargingNeeds: smart_charging.on_needs,
    NotifyChargingSchedule: smart_charging.on_schedule,
    NotifyPriorityCharging: smart_charging.on_priority,
    PullScheduleUpdate: smart_charging.on_pull,
    SecurityEventNotification: security.on_security_event,
    OpenEventStream: event_streams.on_open,
    CloseEventStream: event_streams.on_close,
    EventStreamValues: event_streams.on_values,
    DerAlarm: der_control.on_alarm,
    DerSwitch: der_control.on_switch,
    DerReport: der_control.on_report,
    BatterySwap: battery_swap.on_swap,
    Settlement: payment.on_settlement,
    CheckVatNumber: payment.on_check_vat_number,
    ReservationStatusUpdate: reservation.on_reservation_status,
    NotifyReport: provisioning.on_report,
    NotifyMonitoringReport: monitoring.on_monitoring_report,
    NotifyEvent: monitoring.on_event,
    NotifyCustomerInformation: diagnostics.on_customer_information,
    NotifyDisplayMessages: display_message.on_display_messages,
}


class Router:
    """Answers a station's CALLs."""

    def __init__(self, ports: Ports, tracer: CallTracer | None = None) -> None:
        self._ports = ports
        self._tracer = tracer
        self._times: dict[tuple[OcppVersion, str], CallTimes] = {}

    async def answer(self, session: StationSession, call: IncomingCall | IncomingSend) -> Answer:
        """The CALLRESULT, or the CALLERROR for what cannot be handled, and what was forgiven; no text for a SEND.

        Raises PublishFailed and BusUnavailable: then no answer may be sent.
        """
        began, station = perf_counter(), session.station
        version, deviations = station.version, list(call.deviations)
        route: AnyRoute | None = None
        span: Span | None = None
        try:
            route = self._route(session, call)
            received = ReceivedCall(station, self._ports.now(), bytes(call.payload), deviations)
            message = _decode(route, received)
            if self._tracer is not None:
                span = self._tracer.begin(message, received, action=call.action, began=began)
            reply = await HANDLERS[type(message)](message, received, self._ports)
            text = b""
            if isinstance(call, IncomingCall):
                text = session.connection.reply(call, codec.encode(route.encode_response(reply)))
        except RpcError as error:
            # An action that we do not know would make a label of whatever stations send.
            REFUSED_CALLS.labels(version, route.action if route else "unknown", type(error).__name__).inc()
            self._record(station, deviations)
            text = session.connection.reply_error(call, error) if isinstance(call, IncomingCall) else b""
            end(span, error)
            return Answer(text, deviations, error)
        except BaseException as error:
            end(span, error)
            raise
        end(span)
        self._times_of(version, route.action).observe(perf_counter() - began)
        if deviations:
            self._record(station, deviations)
        return Answer(text, deviations)

    def _route(self, session: StationSession, call: IncomingCall | IncomingSend) -> AnyRoute:
        version = session.station.version
        route = route_of_action(version, call.action)
        is_out_of_place = isinstance(call, IncomingSend) and route.response is not NoAnswer
        if is_out_of_place or route.direction is Direction.FROM_CSMS:
            raise ActionNotSupported(call.action, version=version)
        is_boot = route.messages == (BootNotification,)
        if not is_boot and not _may_pass(session.station, call.action):
            raise SecurityError("This station is not accepted yet: only BootNotification is answered.")
        return route

    def _record(self, station: Station, deviations: list[Deviation]) -> None:
        now = self._ports.now()
        station.deviations.record(deviations, now)
        publish_deviations(station, station.deviations.first_uses(), self._ports.publisher, now=now)

    def _times_of(self, version: OcppVersion, action: str) -> CallTimes:
        times = self._times.get((version, action))
        if times is None:
            times = self._times[version, action] = ANSWERED_CALLS.of(version, action)
        return times


def _decode(route: AnyRoute, call: ReceivedCall) -> msgspec.Struct:
    """The CALL's message; what had to be forgiven is in its deviations."""
    rules, now = call.station.rules, call.received_at
    request, forgiven = decode(call.payload, route.request, rules=rules, received_at=now)
    observed = observe(request, rules=rules, received_at=now)
    if forgiven or observed:
        call.deviations.extend((*forgiven, *observed))
    message = route.decode_request(request)
    if forgiven and forgiven[0].rule == drop_nul.__name__:
        message = name_as_sent(message, route, call)
    return adjust(message, call)


def _may_pass(station: Station, action: str) -> bool:
    """Whether a station that is not accepted may say more than that it booted.

    A pending one may say what it was asked for, a rejected one nothing (OCPP 2.0.1 B02.FR.09 and
    B03.FR.07; 1.6 §4.2 tells the station alone, and SecurityError is what 2.0.1 answers).
    """
    if station.registration is RegistrationStatus.PENDING:
        return action in station.solicited
    return station.registration is RegistrationStatus.ACCEPTED
