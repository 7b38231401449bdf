"""How far a partition of a stream is applied to a service's tables."""

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from backoffice.kit.database import Unit
from backoffice.kit.tables import cursors

# Built once: these run for every batch.
_IS_OURS = cursors.c.partition == bindparam("of")
_LOCK = select(cursors.c.stream_seq).where(_IS_OURS).with_for_update()
_ADVANCE = update(cursors).where(_IS_OURS).values(stream_seq=bindparam("to"))


class Cursor:
    """One row: the last stream sequence whose effects are committed.

    It belongs to one stream as it was created: a stream made anew counts from 1 again, and so does the cursor.
    """

    def __init__(self, partition: str) -> None:
        self.partition = partition

    async def read(self, unit: Unit, *, stream_created_at: datetime) -> int:
        """The sequence to go on from: 0 for a partition or a stream that was not read before."""
        first = {"partition": self.partition, "stream_seq": 0, "stream_created_at": stream_created_at}
        await unit.session.execute(
            insert(cursors)
            .values(first)
            .on_conflict_do_update(
                index_elements=[cursors.c.partition],
                set_={"stream_seq": 0, "stream_created_at": stream_created_at},
                where=cursors.c.stream_created_at != stream_created_at,
            )
        )
        return await self.lock(unit)

    async def lock(self, unit: Unit) -> int:
        """The committed sequence, which nobody else moves before this transaction ends."""
        row = await unit.session.execute(_LOCK, {"of": self.partition})
        return int(row.scalar_one())

    async def advance(self, unit: Unit, stream_seq: int) -> None:
        """What lies at or below `stream_seq` is done, if this transaction commits."""
        await unit.session.execute(_ADVANCE, {"of": self.partition, "to": stream_seq})
