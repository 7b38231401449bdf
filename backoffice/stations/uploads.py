"""Files that stations upload to us: logs and diagnostics.

Invariants:
1. Nobody puts a file without a ticket, which is in the location that the station was told, and nowhere else in clear.
2. A ticket is good for one file, of bounded size, for a bounded time.
"""

import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta

from backoffice.kit.bodies import read_body
from backoffice.kit.clock import Clock
from backoffice.kit.database import ALL_TENANTS, Database, Unit
from backoffice.stations import known_repository
from backoffice.stations.errors import NoUploadTarget, UploadNotExpected, UploadNotFound, UploadTooLarge
from backoffice.stations.models import Upload
from protocol.bus.envelope import unique_event_id
from protocol.domain.identifiers import TenantId

PRUNE_UPLOADS_EVERY_S = 3_600.0
_FILE_NAME_LENGTH = 128
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


class Uploads:
    """Makes places for files, and takes the files. `url` None: there is nowhere to upload to."""

    def __init__(
        self, database: Database, *, clock: Clock, url: str | None, limit_bytes: int, wait: timedelta, kept: timedelta
    ) -> None:
        self.database = database
        self._clock = clock
        self._url = url
        self._limit_bytes = limit_bytes
        self._wait = wait
        self._kept = kept

    async def expect(self, tenant: TenantId, station_id: str) -> str:
        """The location that the station is to be told. Raises NoUploadTarget."""
        if self._url is None:
            raise NoUploadTarget
        now, ticket = self._clock(), secrets.token_urlsafe(24)
        async with self.database.transaction(tenant) as unit:
            unit.session.add(
                Upload(
                    tenant_id=tenant,
                    id=unique_event_id(now),
                    station_id=station_id,
                    ticket_hash=_hash_of(ticket),
                    ordered_at=now,
                    expires_at=now + self._wait,
                )
            )
        return f"{self._url}/uploads/{ticket}"

    async def receive(self, ticket: str, chunks: AsyncIterator[bytes], *, file_name: str) -> Upload:
        """The file is kept. Raises UploadNotExpected, also for a second file, and UploadTooLarge."""
        await self._check_expected(ticket)
        refusal = UploadTooLarge(self._limit_bytes)
        content = await read_body(chunks, limit_bytes=self._limit_bytes, refusal=refusal)
        async with self.database.transaction(ALL_TENANTS) as unit:
            upload = await known_repository.lock_upload(unit, _hash_of(ticket))
            if upload is None or upload.received_at is not None:
                raise UploadNotExpected
            await unit.act_for(TenantId(upload.tenant_id))
            upload.received_at = self._clock()
            upload.file_name = _UNSAFE.sub("_", file_name)[-_FILE_NAME_LENGTH:] or "upload"
            upload.size_bytes, upload.content = len(content), content
            return upload

    async def read(self, unit: Unit, station_id: str, upload_id: str) -> Upload:
        """The file with its content. Raises UploadNotFound."""
        upload = await known_repository.find_upload(unit, upload_id)
        if upload is None or upload.station_id != station_id or upload.content is None:
            raise UploadNotFound(upload_id)
        return upload

    async def prune(self) -> None:
        """Old files, and places that no file came for, are gone."""
        now = self._clock()
        async with self.database.transaction(ALL_TENANTS) as unit:
            await known_repository.delete_uploads(unit, ordered_before=now - self._kept, expired_before=now)

    async def _check_expected(self, ticket: str) -> None:
        """Before a byte of the file is read."""
        async with self.database.transaction(ALL_TENANTS) as unit:
            upload = await known_repository.lock_upload(unit, _hash_of(ticket))
            if upload is None or upload.received_at is not None or upload.expires_at <= self._clock():
                raise UploadNotExpected


def _hash_of(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
