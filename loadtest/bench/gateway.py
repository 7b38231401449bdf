"""bench gateway: what one durable message costs our gateway, beside a peer in the same run.

Closed loop, MeterValues of 1.6 and TransactionEvents of 2.0.1 of about 900 bytes, every frame distinct, answered
after the JetStream acknowledgement: of the readings, and for a TransactionEvent of its fact and of the readings
beside it. The server has a core of its own; NATS and the meter share the other. CPU time is the server's own, so a
meter that is the bottleneck makes fewer messages and not cheaper ones. Everything is measured twice, in turns, and the
round that the machine disturbed less counts. The run fails unless the stream holds what was answered.
"""

import argparse
import asyncio
import json
import os
import re
import secrets
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import msgspec
import nats
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from chargeyard.embedded import EmbeddedServers
from loadtest.bench.meter import METER_VALUES_16, TRANSACTION_EVENTS_201, Load, Meter, Workload
from loadtest.bench.process import ServerUnderTest, free_port
from protocol.bus.commands import RegistryEntry
from protocol.bus.subjects import REGISTRY_BUCKET, Kind, kind_filter, station_key
from protocol.domain.identifiers import DEFAULT_TENANT, StationId, StationKey

_WARM_UP_S = 1.0
_ROUNDS = 2
_LEAST_RATIO = 8.0
_MOST_OF_METER_VALUES = 1.5
_MOST_OF_TRACING = 1.1
_NOTHING_MORE: Mapping[str, str] = {}
_BATCH = 2000
# A meter is no network: it comes at once, and says as much as is answered.
UNLIMITED = {
    "CSMS_ACCEPTS_PER_SECOND": "0",
    "CSMS_RECONNECTS_PER_MINUTE": "0",
    "CSMS_FRAMES_PER_SECOND": "0",
}


class Stored(NamedTuple):
    """Where the messages of a workload are stored, and by what they are told apart."""

    kind: Kind
    register: re.Pattern[bytes]


_READINGS = Stored(Kind.READING, re.compile(rb'"value":"(\d{7,})"'))
_FACTS = Stored(Kind.STATION, re.compile(rb'"meter_wh":"(\d{7,})"'))


def run(arguments: argparse.Namespace) -> int:
    """Print the figures as JSON; 1 where a condition does not hold."""
    cores = sorted(os.sched_getaffinity(0))
    server_core, our_core = cores[0], cores[-1]
    os.sched_setaffinity(0, {our_core})
    rounds = [
        (
            _measure_gateway(METER_VALUES_16, [_READINGS], arguments, server_core),
            _measure_traced(arguments, server_core, our_core),
            _measure_gateway(TRANSACTION_EVENTS_201, [_FACTS, _READINGS], arguments, server_core),
            _measure_peer(arguments, server_core),
        )
        for _ in range(_ROUNDS)
    ]
    ours, traced, events, peer = (
        min(measured, key=itemgetter("us_per_message")) for measured in zip(*rounds, strict=True)
    )
    figures = {**ours, "ratio_to_peer": round(peer["us_per_message"] / ours["us_per_message"], 1)}
    events["ratio_to_metervalues"] = round(events["us_per_message"] / ours["us_per_message"], 2)
    traced["ratio_to_untraced"] = round(traced["us_per_message"] / ours["us_per_message"], 2)
    problems = _problems(figures, traced, events, arguments)
    report = {
        "metervalues_durable": figures,
        "metervalues_durable_traced": traced,
        "transactionevent_durable": events,
        "peer": peer,
        "cores": len(cores),
        "load_average": os.getloadavg()[0],
        "problems": problems,
    }
    print(json.dumps(report, indent=2))
    return 1 if problems else 0


def _measure_gateway(
    workload: Workload,
    stored: Sequence[Stored],
    arguments: argparse.Namespace,
    core: int,
    more: Mapping[str, str] = _NOTHING_MORE,
) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="chargeyard-bench-") as folder:
        return asyncio.run(_measure_ours(Path(folder), workload, stored, arguments, core, more))


def _measure_traced(arguments: argparse.Namespace, core: int, collector_core: int) -> dict[str, float]:
    """The same with the share of calls traced that is traced by itself, and somebody who takes the spans."""
    port = free_port()
    collector = ServerUnderTest("loadtest.bench.collector", [str(port)], port=port, core=collector_core, environ={})
    with collector:
        more = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}"}
        return _measure_gateway(METER_VALUES_16, [_READINGS], arguments, core, more)


async def _measure_ours(
    folder: Path,
    workload: Workload,
    places: Sequence[Stored],
    arguments: argparse.Namespace,
    core: int,
    more: Mapping[str, str],
) -> dict[str, float]:
    async with EmbeddedServers(folder, environ={}) as servers:
        client = await nats.connect(servers.nats_url)
        port = free_port()
        environ = {
            "NATS_URL": servers.nats_url,
            "TOKEN_KEY": secrets.token_hex(16),
            "CREDENTIAL_PEPPER": secrets.token_hex(16),
            "CSMS_PORT": str(port),
            "CSMS_ADMIN_PORT": "0",
            "CSMS_DRAIN_S": "0",
            "CSMS_TRANSPORT": arguments.transport,
            **UNLIMITED,
            **more,
        }
        with ServerUnderTest("csms", port=port, core=core, environ=environ) as server:
            await register_stations(client, max(arguments.connections, arguments.idle_connections))
            _say(f"measuring the gateway on {arguments.transport}: {arguments.connections} of {workload.subprotocol}")
            idle_kib = _measure_memory(server, workload, arguments.idle_connections)
            load, us_per_message = _measure(server, workload, arguments)
            counts = [await _count_stored(client, place) for place in places]
        await client.close()
    return {
        "us_per_message": us_per_message,
        "messages_per_s": round(load.messages / load.seconds),
        "p50_us": load.percentile_us(0.5),
        "p99_us": load.percentile_us(0.99),
        "kib_per_connection": idle_kib,
        "answered": load.answered,
        "stored": min(stored for stored, _ in counts),
        "duplicates": sum(duplicates for _, duplicates in counts),
    }


def _measure_peer(arguments: argparse.Namespace, core: int) -> dict[str, float]:
    port = free_port()
    with ServerUnderTest("loadtest.bench.peer", [str(port)], port=port, core=core, environ={}) as server:
        _say("measuring the peer: `ocpp` on `websockets`, nothing behind it")
        load, us_per_message = _measure(server, METER_VALUES_16, arguments)
    return {"us_per_message": us_per_message, "messages_per_s": round(load.messages / load.seconds)}


def _measure(server: ServerUnderTest, workload: Workload, arguments: argparse.Namespace) -> tuple[Load, float]:
    """The load, and the server's CPU µs a message over the whole run, warm-up and tail included."""
    meter = Meter(server.port, path=_path, workload=workload)
    meter.open(arguments.connections)
    began_s = server.cpu_s()
    load = meter.run(warm_up_s=_WARM_UP_S, seconds=arguments.seconds)
    used_s = server.cpu_s() - began_s
    meter.close()
    return load, round(used_s / load.answered * 1e6, 1)


def _measure_memory(server: ServerUnderTest, workload: Workload, count: int) -> float:
    before_kib = server.resident_kib()
    meter = Meter(server.port, path=_path, workload=workload)
    meter.open(count)
    time.sleep(0.5)
    grown_kib = server.resident_kib() - before_kib
    meter.close()
    return round(grown_kib / count, 1)


async def register_stations(client: Client, count: int) -> None:
    """The gateway that runs knows so many stations, open ones."""
    bucket = await client.jetstream().key_value(REGISTRY_BUCKET)
    entry = msgspec.json.encode(RegistryEntry())
    for number in range(count):
        await bucket.put(station_key(StationKey(DEFAULT_TENANT, StationId(_station(number)))), entry)


async def _count_stored(client: Client, place: Stored) -> tuple[int, int]:
    """How many messages of the workload its stream holds, and how many of them say what another one says."""
    jetstream = client.jetstream()
    subscription = await jetstream.pull_subscribe(
        kind_filter(place.kind), config=ConsumerConfig(deliver_policy=DeliverPolicy.ALL, ack_policy=AckPolicy.NONE)
    )
    waiting = (await subscription.consumer_info()).num_pending or 0
    registers: list[bytes] = []
    while waiting > 0:
        for message in await subscription.fetch(min(_BATCH, waiting), timeout=10):
            found = place.register.search(message.data)
            registers += [found[1]] if found else []
            waiting -= 1
    return len(registers), len(registers) - len(set(registers))


def _problems(
    figures: dict[str, float], traced: dict[str, float], events: dict[str, float], arguments: argparse.Namespace
) -> list[str]:
    problems = []
    if traced["ratio_to_untraced"] > _MOST_OF_TRACING:
        problems.append(f"traces make a message {traced['ratio_to_untraced']}x as dear; {_MOST_OF_TRACING}x at most")
    for one in (figures, traced, events):
        if not 0 <= one["stored"] - one["answered"] <= arguments.connections:
            problems.append(f"{one['answered']:.0f} messages were answered and {one['stored']:.0f} are stored")
        if one["duplicates"]:
            problems.append(f"{one['duplicates']:.0f} stored messages are duplicates")
    if figures["ratio_to_peer"] < _LEAST_RATIO:
        problems.append(f"the gateway is {figures['ratio_to_peer']}x as cheap as the peer; {_LEAST_RATIO}x is wanted")
    if events["ratio_to_metervalues"] > _MOST_OF_METER_VALUES:
        ratio = events["ratio_to_metervalues"]
        problems.append(f"a TransactionEvent costs {ratio}x a MeterValues; {_MOST_OF_METER_VALUES}x at most is wanted")
    return problems


def _station(number: int) -> str:
    return f"BENCH{number:06d}"


def _path(number: int) -> str:
    return f"/ocpp/{_station(number)}"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
