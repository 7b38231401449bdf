"""What readings cost the back office itself: from the event's bytes to committed rows, in CPU time of this process.

PostgreSQL is another process, and its work is not counted: a second core, or a second machine, does it.
"""

import asyncio
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backoffice.contracts import CATALOGUE
from backoffice.kit.consumer import Delivery
from backoffice.kit.database import ALL_TENANTS, Database
from backoffice.kit.migrations import migrate
from backoffice.telemetry.app import SERVICE
from backoffice.telemetry.consumers import TelemetryEvents
from backoffice.telemetry.service import Telemetry
from backoffice.telemetry.settings import TelemetrySettings
from chargeyard.embedded import EmbeddedServers
from protocol.blocks.meter_values.events import MeterValuesReported
from protocol.bus.envelope import Envelope, decode_envelope, encode_envelope, unique_event_id
from protocol.domain.identifiers import DEFAULT_TENANT
from protocol.domain.metering import POWER_IMPORT, STATE_OF_CHARGE, MeterReading, MeterValue

TARGET_PER_CPU_S = 50_000.0
ROUNDS, EVENTS_A_ROUND = 20, 1_000
_BEGIN = datetime(2026, 5, 4, tzinfo=UTC)
_EVERY = timedelta(seconds=10)
_READINGS_AN_EVENT = 9


def _payloads(number: int, events: int) -> list[bytes]:
    """As many stations as events, each with what a car's charge is mostly told by."""
    at = _BEGIN + number * _EVERY
    readings = (
        MeterReading(str(10_000 + 30 * number)),
        MeterReading("11040.5", unit="W", measurand=POWER_IMPORT),
        *(MeterReading("16.02", unit="A", measurand="Current.Import", phase=phase) for phase in ("L1", "L2", "L3")),
        *(MeterReading("230.4", unit="V", measurand="Voltage", phase=phase) for phase in ("L1-N", "L2-N", "L3-N")),
        MeterReading("54", unit="Percent", measurand=STATE_OF_CHARGE, location="EV"),
    )
    fact = MeterValuesReported((MeterValue(at, readings),), evse=1)
    row = CATALOGUE.row_of(MeterValuesReported)
    return [
        encode_envelope(
            Envelope(
                id=unique_event_id(at),
                source="/bench",
                type=row.type,
                time=at,
                tenant=DEFAULT_TENANT,
                subject=f"CP{station:05d}",
                data=fact,
            )
        )
        for station in range(events)
    ]


async def _write(database: Database, telemetry: TelemetryEvents, payloads: Sequence[bytes]) -> None:
    envelopes = [decode_envelope(payload) for payload in payloads]
    deliveries = [Delivery(envelope, CATALOGUE.decode(envelope)) for envelope in envelopes]
    async with database.transaction(ALL_TENANTS) as unit:
        await telemetry.on_meter_values(deliveries, unit)


async def _measure(rounds: int, events: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="chargeyard-bench-") as folder:
        async with EmbeddedServers(Path(folder), durable=False, environ={}) as servers:
            await migrate(servers.database_url, [SERVICE])
            database = Database(servers.database_url, service=SERVICE.name, catalogue=CATALOGUE)
            telemetry = Telemetry(database, settings=TelemetrySettings(), clock=lambda: _BEGIN)
            handlers = TelemetryEvents(telemetry)
            try:
                await telemetry.make_partitions()
                await _write(database, handlers, _payloads(rounds, events))
                batches = [_payloads(number, events) for number in range(rounds)]
                begun_cpu, begun = time.process_time(), time.perf_counter()
                for payloads in batches:
                    await _write(database, handlers, payloads)
                cpu_s, took_s = time.process_time() - begun_cpu, time.perf_counter() - begun
            finally:
                await database.close()
    written = rounds * events * _READINGS_AN_EVENT
    return {
        "readings": written,
        "per_cpu_s": round(written / cpu_s),
        "target_per_cpu_s": TARGET_PER_CPU_S,
        "us_per_reading": round(cpu_s / written * 1e6, 2),
        "per_s_with_postgresql": round(written / took_s),
    }


def measure(*, rounds: int = ROUNDS, events: int = EVENTS_A_ROUND) -> dict[str, float]:
    """How many readings are written for a second of CPU time."""
    return asyncio.run(_measure(rounds, events))
