"""Which transaction an EVSE runs, by facts that come late, twice, and in any order."""

from backoffice.kit.consumer import Delivery
from backoffice.stations.models import Evse
from protocol.blocks.transactions.events import TransactionEnded, TransactionFact, TransactionStarted


def is_told_after_its_end(evse: Evse, event: TransactionFact, delivery: Delivery) -> bool:
    """Whether the transaction has ended already: only a later start by the same name is another one."""
    if evse.ended_transaction_id != event.transaction_id or evse.transaction_ended_at is None:
        return False
    at = delivery.envelope.occurredat or delivery.envelope.received_at
    return not (isinstance(event, TransactionStarted) and at > evse.transaction_ended_at)


def is_newest(evse: Evse, event: TransactionFact) -> bool:
    """Whether nothing that the station said of its transaction later came before (OCPP 2.0.1 E01.FR.07)."""
    if evse.transaction_id != event.transaction_id or event.seq_no is None or evse.transaction_seq_no is None:
        return True
    return event.seq_no >= evse.transaction_seq_no


def follow_transaction(evse: Evse, event: TransactionFact, delivery: Delivery) -> None:
    """The EVSE runs the transaction, unless it ended. One of the past does not take the place of one that runs."""
    at = delivery.envelope.received_at
    if evse.transaction_at is not None and evse.transaction_at > at:
        return
    evse.transaction_at = at
    is_its_own = evse.transaction_id == event.transaction_id
    if isinstance(event, TransactionEnded):
        evse.ended_transaction_id = event.transaction_id
        evse.transaction_ended_at = delivery.envelope.occurredat or at
        if is_its_own:
            evse.transaction_id = evse.transaction_started_at = evse.transaction_seq_no = None
    elif is_its_own:
        evse.transaction_seq_no = max(evse.transaction_seq_no or 0, event.seq_no or 0)
    elif evse.transaction_id is None or not event.is_offline:
        evse.transaction_id, evse.transaction_seq_no = event.transaction_id, event.seq_no
        evse.transaction_started_at = delivery.envelope.occurredat or at
