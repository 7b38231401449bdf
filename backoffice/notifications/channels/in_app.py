"""The inbox: a row, and an event by which whoever has it open sees it at once."""

from datetime import datetime

from backoffice.contracts.notifications import MessagePosted
from backoffice.kit.database import Database
from backoffice.notifications import people_repository, repository
from backoffice.notifications.channels.port import Outcome, Parcel, Result
from backoffice.notifications.models import MessageRow


class InAppChannel:
    """Posts messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def send(self, parcel: Parcel, *, now: datetime) -> Outcome:
        """The message is in the inbox, once: posted again, after a crash before the mark, it is the same row."""
        assert parcel.recipient is not None
        message = MessageRow(
            tenant_id=parcel.tenant,
            id=parcel.id,
            recipient=parcel.recipient,
            kind=parcel.kind,
            data=dict(parcel.data),
            happened_at=parcel.happened_at,
            posted_at=now,
            read_at=None,
        )
        async with self._database.transaction(parcel.tenant) as unit:
            # Locked, so that whoever is deleted meanwhile takes the message along, or there is none.
            if await repository.find_delivery(unit, parcel.id) is None:
                return Outcome(Result.SUPPRESSED, "the person is not there any more")
            if await people_repository.post_message(unit, message):
                posted = MessagePosted(parcel.id, parcel.recipient, parcel.kind)
                await unit.publish(posted, key=parcel.recipient, now=now)
        return Outcome(Result.SENT)
