"""What a 2.0.1 station does beyond 1.6 when it is asked around charging."""

from datetime import timedelta

from protocol.blocks.availability.messages import ChangeAvailability, OperationalStatus
from protocol.blocks.diagnostics.messages import LogStatus, LogStatusNotification
from protocol.blocks.remote_control.messages import TriggerKind, TriggerMessage, UnlockConnector
from protocol.blocks.reservation.messages import ReservationEnd, ReservationStatusUpdate, ReserveNow
from protocol.blocks.transactions.messages import GetTransactionStatus, TransactionStatusReply
from protocol.domain.identifiers import TransactionId
from protocol.domain.version import OcppVersion
from tests.simulator.scripted_csms import World
from tests.simulator.test_charge import TOKEN, booted
from tests.simulator.test_commands import ask, charging


def reserve(world: World, *, seconds: int = 60, **fields: object) -> object:
    expires_at = world.csms.now + timedelta(seconds=seconds)
    return ask(world, ReserveNow(7, expires_at, TOKEN, **fields)).status  # type: ignore[arg-type, attr-defined]


def test_reservation_without_an_evse_takes_a_free_one_and_its_end_is_told() -> None:
    world = booted(OcppVersion.V201)

    assert reserve(world) == "Accepted"
    world.run_for(120)

    assert world.csms.of(ReservationStatusUpdate) == [ReservationStatusUpdate(7, ReservationEnd.EXPIRED)]


def test_reservation_of_a_type_of_connector_is_rejected() -> None:
    assert reserve(booted(OcppVersion.V201), connector_type="cCCS2") == "Rejected"


def test_status_of_a_transaction_is_told() -> None:
    world = charging(OcppVersion.V201)
    transaction = world.station.state.evses[0].transaction
    assert transaction is not None
    name = transaction.transaction_id

    assert ask(world, GetTransactionStatus(name)) == TransactionStatusReply(has_messages=False, is_ongoing=True)
    assert ask(world, GetTransactionStatus(TransactionId("no"))) == TransactionStatusReply(False, is_ongoing=False)
    assert ask(world, GetTransactionStatus()) == TransactionStatusReply(has_messages=False)


def test_connector_that_is_not_there_is_not_put_out_of_service() -> None:
    change = ChangeAvailability(OperationalStatus.INOPERATIVE, evse=1, connector=9)

    assert ask(booted(OcppVersion.V201), change).status == "Rejected"  # type: ignore[attr-defined]


def test_cable_of_a_running_transaction_is_not_let_go() -> None:
    reply = ask(charging(OcppVersion.V201), UnlockConnector(1, 1))

    assert reply.status == "OngoingAuthorizedTransaction"  # type: ignore[attr-defined]


def test_log_status_that_is_triggered_is_that_of_the_log() -> None:
    world = booted(OcppVersion.V21)

    assert ask(world, TriggerMessage(TriggerKind.LOG_STATUS_NOTIFICATION)).status == "Accepted"  # type: ignore[attr-defined]

    assert world.csms.of(LogStatusNotification) == [LogStatusNotification(LogStatus.IDLE)]
