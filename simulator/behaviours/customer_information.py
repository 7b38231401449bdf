"""What the station knows of a customer, told and forgotten (OCPP 2.0.1 N09, N10).

It knows customers by their tokens alone. The local list is the CSMS's own, and is told but never forgotten here.
"""

from collections.abc import Iterator

from protocol.blocks.diagnostics.messages import CustomerInformation, NotifyCustomerInformation
from protocol.domain.commands import CommandReply
from protocol.domain.identifiers import IdToken
from simulator.behaviours.availability import report_changes
from simulator.state import Alarm, StationState
from simulator.stores import is_same

_LONGEST_TEXT = 512  # OCPP 2.0.1 §1 NotifyCustomerInformationRequest.data


def on_request(state: StationState, message: CustomerInformation, now: float) -> CommandReply:
    """What was known is told in parts if it is asked for, and what may be forgotten is."""
    named = [one for one in (message.id_token, message.customer_identifier, message.certificate) if one is not None]
    if len(named) != 1:
        return CommandReply(status="Invalid")
    if not message.is_reported and not message.is_cleared:
        return CommandReply(status="Rejected", reason="NothingAsked")
    lines = [] if message.id_token is None else list(_tell(state, message.id_token))
    if message.is_cleared and message.id_token is not None:
        _forget(state, message.id_token, now)
    if message.is_reported:
        _report(state, message.request_id, "\n".join(lines) or "Nothing is known of this customer.", now)
    return CommandReply(status="Accepted")


def _tell(state: StationState, id_token: IdToken) -> Iterator[str]:
    key = id_token.value.upper()
    for name, tokens in (("local list", state.local_list), ("cache", state.cache)):
        info = tokens.verdicts.get(key)
        if info is not None:
            yield f"{name}: {info.status}"
    for evse in state.evses:
        if evse.reservation is not None and is_same(evse.reservation.id_token, id_token):
            yield f"reservation {evse.reservation.reservation_id} of EVSE {evse.number}"
        transaction = evse.transaction
        if transaction is not None and is_same(transaction.id_token, id_token):
            yield f"transaction {transaction.transaction_id} on EVSE {evse.number} since {transaction.started_at:%F %T}"
    waiting = sum(
        entry.transaction is not None and is_same(entry.transaction.id_token, id_token) for entry in state.outbox
    )
    if waiting:
        yield f"messages of transactions that the CSMS has not confirmed: {waiting}"


def _forget(state: StationState, id_token: IdToken, now: float) -> None:
    state.cache.put(id_token, None)
    for evse in state.evses:
        if evse.reservation is not None and is_same(evse.reservation.id_token, id_token):
            evse.reservation = None
            state.clear_alarm(Alarm.RESERVATION, evse=evse.number)
    report_changes(state, now)


def _report(state: StationState, request_id: int, text: str, now: float) -> None:
    starts = range(0, len(text), _LONGEST_TEXT)
    for seq_no, start in enumerate(starts):
        part = NotifyCustomerInformation(
            request_id=request_id,
            seq_no=seq_no,
            is_last=start + _LONGEST_TEXT >= len(text),
            generated_at=state.instant(now),
            data=text[start : start + _LONGEST_TEXT],
        )
        state.post(part, is_triggered=True)
