"""`chargeyard restore`: a backup becomes the data of a platform that is stopped."""

import argparse
import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from backoffice.kit.bus import Bus
from backoffice.kit.migrations import newest_revision
from backoffice.services import load_services
from chargeyard.backup.database import adopt_streams, connected, has_schema, load
from chargeyard.backup.errors import DataThere
from chargeyard.backup.manifest import Manifest, read_manifest
from chargeyard.backup.save import DATABASE_FILE, bucket_file, keep_secrets, stream_file
from chargeyard.backup.streams import BUCKETS, check_nothing_there, load_bucket, load_stream, remove_streams
from chargeyard.embedded import EmbeddedServers, locate_data_dir
from chargeyard.embedded.running import Addresses
from chargeyard.reset import DATA_DIR
from chargeyard.secrets import SECRETS_FILE
from protocol.bus.subjects import Stream


def main(argv: Sequence[str]) -> int:
    """0 once the data is restored. Raises a ChargeyardError otherwise; DataFolderInUse while an `up` runs on it."""
    parser = argparse.ArgumentParser(
        prog="chargeyard restore",
        description="Make a backup the data of a platform that is stopped.",
        epilog="DATABASE_URL and NATS_URL name servers other than those of the data folder; nobody else may use them.",
    )
    parser.add_argument("--from", dest="folder", type=Path, required=True, help="the folder of the backup")
    parser.add_argument("--data", type=Path, default=DATA_DIR, help="the data folder of `up` (default: %(default)s)")
    parser.add_argument("--overwrite", action="store_true", help="replace the data that is there")
    options = parser.parse_args(argv)
    asyncio.run(_restore(options.folder, options.data, is_overwriting=options.overwrite))
    return 0


async def _restore(folder: Path, data: Path, *, is_overwriting: bool) -> None:
    data_dir = locate_data_dir(data, report=print)
    manifest = check(folder)
    async with EmbeddedServers(data_dir, environ=os.environ) as servers:
        addresses = Addresses(servers.database_url, servers.nats_url)
        secrets_file = data_dir / SECRETS_FILE
        await restore(
            manifest, folder, addresses, secrets_file=secrets_file, is_overwriting=is_overwriting, report=print
        )


def check(folder: Path) -> Manifest:
    """The manifest of a backup that is whole. Raises BackupDamaged."""
    return read_manifest(folder, revisions={service.name: newest_revision(service) for service in load_services()})


async def restore(
    manifest: Manifest,
    folder: Path,
    addresses: Addresses,
    *,
    secrets_file: Path,
    is_overwriting: bool,
    report: Callable[[str], None],
) -> None:
    """What the backup holds is there, and what was there before is not.

    Raises DataThere unless `is_overwriting`, ToolFailed, StreamMoved; one that was cut short is begun again with it.
    """
    async with Bus.connected(addresses.nats_url, name="restore") as bus:
        if not is_overwriting:
            await _check_nothing_there(bus, addresses.database_url)
        report("database")
        extensions = {service.name: service.extensions for service in load_services()}
        await load(addresses.database_url, folder / DATABASE_FILE, extensions)
        await remove_streams(bus)
        created_at = {
            stream.value: await load_stream(
                bus, stream, manifest.streams[stream], folder / stream_file(stream), report=report
            )
            for stream in Stream
        }
        for bucket in BUCKETS:
            await load_bucket(bus, bucket, folder / bucket_file(bucket))
    # Last: until then the cursors belong to streams that are no more, and a service would begin anew.
    await adopt_streams(addresses.database_url, list(manifest.revisions), created_at)
    if SECRETS_FILE in manifest.files:
        keep_secrets(folder / SECRETS_FILE, secrets_file)
    report("restored; what the streams have beyond the database is applied by the next `up`")


async def _check_nothing_there(bus: Bus, database_url: str) -> None:
    async with connected(database_url) as connection:
        for service in load_services():
            if await has_schema(connection, service.name):
                raise DataThere(f"The database has the schema {service.name}")
    await check_nothing_there(bus)
