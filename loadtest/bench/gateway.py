"""bench gateway: what one durable message costs our gateway, beside a peer in the same run.

Closed loop, MeterValues of about 900 bytes, every frame distinct, answered after the JetStream acknowledgement. The
server has a core of its own; NATS and the meter share the other. CPU time is the server's own, so a meter that is the
bottleneck makes fewer messages and not cheaper ones. The run fails unless the stream holds what was answered.
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
from pathlib import Path

import msgspec
import nats
from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from chargeyard.embedded import EmbeddedServers
from loadtest.bench.meter import Load, Meter, distinct_meter_values
from loadtest.bench.process import ServerUnderTest, free_port
from protocol.bus.commands import RegistryEntry
from protocol.bus.subjects import REGISTRY_BUCKET, Kind, Stream, kind_filter, station_key
from protocol.domain.identifiers import DEFAULT_TENANT, StationId, StationKey

_WARM_UP_S = 1.0
_LEAST_RATIO = 8.0
_REGISTER = re.compile(rb'"value":"(\d{7,})"')
_BATCH = 2000


def run(arguments: argparse.Namespace) -> int:
    """Print the figures as JSON; 1 where a condition does not hold."""
    cores = sorted(os.sched_getaffinity(0))
    server_core, our_core = cores[0], cores[-1]
    os.sched_setaffinity(0, {our_core})
    with tempfile.TemporaryDirectory(prefix="chargeyard-bench-") as folder:
        ours = asyncio.run(_measure_ours(Path(folder), arguments, server_core))
    peer = _measure_peer(arguments, server_core)
    figures = {**ours, "ratio_to_peer": round(peer["us_per_message"] / ours["us_per_message"], 1)}
    problems = _problems(figures, arguments)
    report = {
        "metervalues_durable": figures,
        "peer": peer,
        "cores": len(cores),
        "load_average": os.getloadavg()[0],
        "problems": problems,
    }
    print(json.dumps(report, indent=2))
    return 1 if problems else 0


async def _measure_ours(folder: Path, arguments: argparse.Namespace, core: int) -> dict[str, float]:
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
        }
        with ServerUnderTest("csms", port=port, core=core, environ=environ) as server:
            await _register(client, max(arguments.connections, arguments.idle_connections))
            _say(f"measuring the gateway on {arguments.transport}: {arguments.connections} connections")
            idle_kib = _measure_memory(server, arguments.idle_connections)
            load, us_per_message = _measure(server, arguments)
            stored, duplicates = await _count_stored(client)
        await client.close()
    return {
        "us_per_message": us_per_message,
        "messages_per_s": round(load.messages / load.seconds),
        "p50_us": load.percentile_us(0.5),
        "p99_us": load.percentile_us(0.99),
        "kib_per_connection": idle_kib,
        "answered": load.answered,
        "stored": stored,
        "duplicates": duplicates,
    }


def _measure_peer(arguments: argparse.Namespace, core: int) -> dict[str, float]:
    port = free_port()
    with ServerUnderTest("loadtest.bench.peer", [str(port)], port=port, core=core, environ={}) as server:
        _say("measuring the peer: `ocpp` on `websockets`, nothing behind it")
        load, us_per_message = _measure(server, arguments)
    return {"us_per_message": us_per_message, "messages_per_s": round(load.messages / load.seconds)}


def _measure(server: ServerUnderTest, arguments: argparse.Namespace) -> tuple[Load, float]:
    """The load, and the server's CPU µs a message over the whole run, warm-up and tail included."""
    meter = Meter(server.port, path=_path)
    meter.open(arguments.connections)
    began_s = server.cpu_s()
    load = meter.run(distinct_meter_values, warm_up_s=_WARM_UP_S, seconds=arguments.seconds)
    used_s = server.cpu_s() - began_s
    meter.close()
    return load, round(used_s / load.answered * 1e6, 1)


def _measure_memory(server: ServerUnderTest, count: int) -> float:
    before_kib = server.resident_kib()
    meter = Meter(server.port, path=_path)
    meter.open(count)
    time.sleep(0.5)
    grown_kib = server.resident_kib() - before_kib
    meter.close()
    return round(grown_kib / count, 1)


async def _register(client: Client, count: int) -> None:
    bucket = await client.jetstream().key_value(REGISTRY_BUCKET)
    entry = msgspec.json.encode(RegistryEntry())
    for number in range(count):
        await bucket.put(station_key(StationKey(DEFAULT_TENANT, StationId(_station(number)))), entry)


async def _count_stored(client: Client) -> tuple[int, int]:
    """How many readings the stream holds, and how many of them say what another one says."""
    jetstream = client.jetstream()
    stored = (await jetstream.stream_info(Stream.READINGS)).state.messages
    subscription = await jetstream.pull_subscribe(
        kind_filter(Kind.READING), config=ConsumerConfig(deliver_policy=DeliverPolicy.ALL, ack_policy=AckPolicy.NONE)
    )
    registers: set[bytes] = set()
    seen = 0
    while seen < stored:
        for message in await subscription.fetch(min(_BATCH, stored - seen), timeout=10):
            found = _REGISTER.search(message.data)
            registers.add(found[1] if found else b"")
            seen += 1
    return stored, stored - len(registers)


def _problems(figures: dict[str, float], arguments: argparse.Namespace) -> list[str]:
    problems = []
    if not 0 <= figures["stored"] - figures["answered"] <= arguments.connections:
        problems.append(f"{figures['answered']:.0f} messages were answered and {figures['stored']:.0f} are stored")
    if figures["duplicates"]:
        problems.append(f"{figures['duplicates']:.0f} stored messages are duplicates")
    if figures["ratio_to_peer"] < _LEAST_RATIO:
        problems.append(f"the gateway is {figures['ratio_to_peer']}x as cheap as the peer; {_LEAST_RATIO}x is wanted")
    return problems


def _station(number: int) -> str:
    return f"BENCH{number:06d}"


def _path(number: int) -> str:
    return f"/ocpp/{_station(number)}"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
