"""What was billed for a session, and what became of it, for whoever looks for a cent."""

from backoffice.billing import credit_repository, ledger_repository, repository
from backoffice.contracts.billing import AskBookings, BookedEntry, BookedMovement, Bookings
from backoffice.kit.database import Database

_ENTRIES = 100


class BookingDesk:
    """Answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answer(self, question: AskBookings) -> Bookings:
        """The session's invoice with its payments, refunds and ledger entries."""
        async with self._database.snapshot(question.tenant) as unit:
            invoice = await repository.find_invoice_of_session(unit, question.session_id)
            if invoice is None:
                return Bookings()
            payments = await repository.list_payments(unit, invoice.id)
            refunds = await credit_repository.list_refunds_of(unit, invoice.id)
            notes = await credit_repository.list_credit_notes_of(unit, invoice.id)
            subjects = [invoice.id, *(payment.provider_reference for payment, _ in payments)]
            subjects += [*(refund.id for refund in refunds), *(note.id for note in notes)]
            entries = await ledger_repository.list_entries_about(unit, subjects, limit=_ENTRIES)
        came_in = [
            BookedMovement(
                payment.provider_reference,
                payment.amount,
                payment.paid_at,
                by=f"{card.brand} …{card.last4}" if card else payment.provider_reference.split(":")[0],
            )
            for payment, card in payments
        ]
        went_back = [
            BookedMovement(refund.id, -refund.amount, refund.asked_at, by=f"refund, {refund.state}")
            for refund in refunds
        ]
        return Bookings(
            invoice_id=invoice.id,
            invoice_number=invoice.number,
            state=invoice.state,
            currency=invoice.currency,
            total_incl_vat=invoice.total_incl_vat,
            movements=tuple(sorted([*came_in, *went_back], key=lambda one: one.at)),
            entries=tuple(BookedEntry(entry.account, entry.amount, entry.at, entry.about) for entry in entries),
        )
