"""bench storm: how many stations a node takes in a second, and what those that charge notice of it.

Some hundred stations say something once a second, each answered after the JetStream acknowledgement, throughout. Then

1. as many stations as are asked for come at once, connect and boot: plain, and over TLS;
2. one station connects again and again, twenty times a second: in turns with quiet, so that a slow machine is slow for
   both. The p99 of the others may not move by a fifth.

The gateway has a core of its own; NATS and this meter share the other.
"""

import argparse
import asyncio
import json
import os
import secrets
import socket
import ssl
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nats
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from chargeyard.embedded import EmbeddedServers
from loadtest.bench.gateway import UNLIMITED, register_stations
from loadtest.bench.meter import METER_VALUES_16, MeterFailed, upgrade_request
from loadtest.bench.process import ServerUnderTest, free_port
from loadtest.bench.stream_station import StreamStation

_OTHERS = 500
_AT_ONCE = 200
_SETTLE_S = 3.0
_FLAPS_PER_S = 20
_WINDOW_S = 15.0
_WINDOWS = 4  # quiet and flapping ones, each
_MOST_MOVED = 1.2
_STALL_S = 20.0
_HEAD_BYTES = 4096
_BOOT = METER_VALUES_16.boot


def run(arguments: argparse.Namespace) -> int:
    """Print the figures as JSON; 1 where the flapping station was noticed."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[-1]})
    with tempfile.TemporaryDirectory(prefix="chargeyard-bench-") as folder:
        figures = uvloop.run(_measure(Path(folder), arguments, core=cores[0]))
    moved = figures["flapping"]["ratio"]
    problems = [f"a flapping station moves the others' p99 by {moved}"] if moved > _MOST_MOVED else []
    report = {**figures, "cores": len(cores), "load_average": os.getloadavg()[0], "problems": problems}
    print(json.dumps(report, indent=2))
    return 1 if problems else 0


async def _measure(folder: Path, arguments: argparse.Namespace, *, core: int) -> dict[str, dict[str, float]]:
    async with EmbeddedServers(folder, environ={}) as servers:
        port, tls_port = free_port(), free_port()
        certificate, key = _write_certificate(folder)
        environ = {
            "NATS_URL": servers.nats_url,
            "TOKEN_KEY": secrets.token_hex(16),
            "CREDENTIAL_PEPPER": secrets.token_hex(16),
            "CSMS_PORT": str(port),
            "CSMS_TLS_PORT": str(tls_port),
            "CSMS_TLS_CERT_FILE": str(certificate),
            "CSMS_TLS_KEY_FILE": str(key),
            "CSMS_ADMIN_PORT": "0",
            "CSMS_DRAIN_S": "0",
            "CSMS_TRANSPORT": arguments.transport,
            **{name: value for name, value in UNLIMITED.items() if name != "CSMS_RECONNECTS_PER_MINUTE"},
        }
        with ServerUnderTest("csms", port=port, core=core, environ=environ):
            client = await nats.connect(servers.nats_url)
            await register_stations(client, _OTHERS + arguments.boots)
            await client.close()
            others = Others()
            await others.come(port)
            speaking = asyncio.create_task(others.speak())
            await asyncio.sleep(_SETTLE_S)
            trusting = ssl.create_default_context(cafile=str(certificate))
            storms = {
                name: await _storm(others, storm_port, arguments.boots, tls=tls)
                for name, storm_port, tls in (("plain", port, None), ("tls", tls_port, trusting))
            }
            flapping = await _flap(others, port)
            speaking.cancel()
            with suppress(asyncio.CancelledError):
                await speaking
            await others.leave()
    return {**storms, "flapping": flapping}


class Others:
    """Stations that are there and say something once a second; how long their answers took."""

    def __init__(self) -> None:
        self._stations: list[StreamStation] = []
        self._latencies_ms: list[float] = []
        self._number = 0

    async def come(self, port: int) -> None:
        """Connect and boot."""
        for number in range(_OTHERS):
            station = await StreamStation.connect(port, f"/ocpp/BENCH{number:06d}")
            await station.call(_BOOT)
            self._stations.append(station)

    async def speak(self) -> None:
        """Until cancelled; each at its own moment of the second."""
        async with asyncio.TaskGroup() as tasks:
            for place, station in enumerate(self._stations):
                tasks.create_task(self._speak(station, place))

    def take_latencies(self) -> list[float]:
        """What was measured since the last time, in ms."""
        taken, self._latencies_ms = self._latencies_ms, []
        return taken

    async def leave(self) -> None:
        """Hang up."""
        for station in self._stations:
            station.close()

    async def _speak(self, station: StreamStation, place: int) -> None:
        due = time.perf_counter() + place / _OTHERS
        nth = 0
        while True:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            self._number += 1
            await station.call(METER_VALUES_16.make_call(self._number, place, nth))
            # From the moment at which it was due: a meter that is late does not hide what the server keeps waiting.
            self._latencies_ms.append((time.perf_counter() - due) * 1e3)
            due, nth = due + 1.0, nth + 1


async def _storm(others: Others, port: int, count: int, *, tls: ssl.SSLContext | None) -> dict[str, float]:
    """`count` stations connect and boot, some of them at a time."""
    _say(f"{count} stations come at once, {'over TLS' if tls else 'plain'}")
    others.take_latencies()
    places, boots_ms, came = asyncio.Semaphore(_AT_ONCE), [], []

    async def come(number: int) -> None:
        async with places:
            began = time.perf_counter()
            station = await StreamStation.connect(port, f"/ocpp/BENCH{_OTHERS + number:06d}", tls=tls)
            await station.call(_BOOT)
            boots_ms.append((time.perf_counter() - began) * 1e3)
            came.append(station)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            tasks.create_task(come(number))
    seconds = time.perf_counter() - began
    meanwhile = others.take_latencies()
    for station in came:
        station.close()
    await asyncio.sleep(_SETTLE_S)
    return {
        "boots_per_s": round(count / seconds),
        "connect_and_boot_p50_ms": _percentile(boots_ms, 0.5),
        "connect_and_boot_p99_ms": _percentile(boots_ms, 0.99),
        "others_p99_ms_before": _percentile(others.take_latencies(), 0.99),
        "others_p99_ms_meanwhile": _percentile(meanwhile, 0.99) if meanwhile else 0.0,
    }


async def _flap(others: Others, port: int) -> dict[str, float]:
    """One station connects and hangs up, again and again, in every second window."""
    _say(f"one station reconnects {_FLAPS_PER_S} times a second, in turns with quiet")
    p99s: dict[bool, list[float]] = {False: [], True: []}
    refused = 0
    for window in range(2 * _WINDOWS):
        is_flapping = bool(window % 2)
        others.take_latencies()
        if is_flapping:
            refused += await asyncio.to_thread(_flap_for, _WINDOW_S, port)
        else:
            await asyncio.sleep(_WINDOW_S)
        p99s[is_flapping].append(_percentile(others.take_latencies(), 0.99))
    quiet, flapping = statistics.median(p99s[False]), statistics.median(p99s[True])
    return {
        "reconnects": round(_WINDOWS * _WINDOW_S * _FLAPS_PER_S),
        "held_off": refused,
        "others_p99_ms_quiet": quiet,
        "others_p99_ms_flapping": flapping,
        "ratio": round(flapping / quiet, 2),
    }


def _flap_for(seconds: float, port: int) -> int:
    """How many of the attempts were held off; by blocking sockets in a thread, which keeps the meter from nothing."""
    refused, due = 0, time.perf_counter()
    for _ in range(round(seconds * _FLAPS_PER_S)):
        time.sleep(max(0.0, due - time.perf_counter()))
        due += 1 / _FLAPS_PER_S
        with socket.create_connection(("127.0.0.1", port), timeout=_STALL_S) as station:
            station.sendall(upgrade_request(f"/ocpp/BENCH{_OTHERS:06d}", "ocpp1.6"))
            refused += not station.recv(_HEAD_BYTES).startswith(b"HTTP/1.1 101")
    return refused


def _percentile(values: Sequence[float], fraction: float) -> float:
    if not values:
        raise MeterFailed("nothing was measured")
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * fraction))], 2)


def _write_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that signs itself, and its key."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    certificate_file, key_file = folder / "csms.pem", folder / "csms.key"
    certificate_file.write_bytes(certificate.public_bytes(Encoding.PEM))
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return certificate_file, key_file


def _say(line: str) -> None:
    print(f"storm: {line}", file=sys.stderr, flush=True)
