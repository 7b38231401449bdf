"""How many may come in, and how often: the limits by themselves, and on real sockets."""

import asyncio
import json
import random
import ssl
import time
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from csms import admission
from csms.admission import LOCKED_OUT_S, Admission, Bucket
from csms.inflow import Inflow
from protocol.bus.commands import RegistryEntry
from protocol.bus.secrets import credential_hash
from protocol.domain.security import RefusalCause
from tests.csms.harness import ENVIRONMENT, GatewayInMemory, call, gateway_in_memory, station, station_key
from tests.factories.certificates import MinimalAuthority

CP001, CP002 = station_key("CP001"), station_key("CP002")
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def limits(clock: Clock, *, node: float = 0, station: int = 0, wrong: int = 0) -> Admission:
    return Admission(
        accepts_per_s=node,
        reconnects_per_minute=station,
        wrong_passwords=wrong,
        clock=clock,
        rng=random.Random(7),
    )


def test_bucket_gives_back_at_its_rate_and_never_more_than_its_size() -> None:
    bucket = Bucket(per_s=2, size=4, now=0)

    for taken in range(4):
        assert bucket.wait_s(0.0) == 0.0, taken
        bucket.take(0.0)
    assert bucket.wait_s(0.0) == 0.5
    assert bucket.wait_s(0.5) == 0.0
    for _ in range(4):
        bucket.take(1000.0)
    assert bucket.wait_s(1000.0) == 0.5


def test_node_lets_in_twice_its_rate_at_once_and_then_one_after_the_other(clock: Clock) -> None:
    node = limits(clock, node=10)
    for number in range(20):
        assert node.ask(station_key(f"CP{number}")) is None
        node.note_accept(station_key(f"CP{number}"))

    refusal = node.ask(CP001)
    clock.now += 0.1

    assert refusal is not None
    assert (refusal.status, refusal.cause) == (503, RefusalCause.NODE_BUSY)
    assert refusal.retry_after_s is not None
    assert refusal.retry_after_s >= 1
    assert node.ask(CP001) is None


def test_flapping_station_is_held_off_alone_and_let_in_again_later(clock: Clock) -> None:
    limited = limits(clock, station=6)
    for _ in range(6):
        limited.note_accept(CP001)

    held_off = limited.ask(CP001)

    assert held_off is not None
    assert (held_off.status, held_off.cause) == (503, RefusalCause.TOO_OFTEN)
    assert limited.ask(CP002) is None
    clock.now += 10
    assert limited.ask(CP001) is None


def test_wrong_passwords_are_answered_with_their_lockout_after_some_of_them(clock: Clock) -> None:
    limited = limits(clock, wrong=10)
    for _ in range(10):
        assert limited.note_wrong_password(CP001, HERE) is None

    locked_out = limited.note_wrong_password(CP001, HERE)

    assert locked_out is not None
    assert (locked_out.status, locked_out.cause) == (429, RefusalCause.LOCKED_OUT)
    assert limited.note_wrong_password(CP001, ELSEWHERE) is None
    assert limited.note_wrong_password(CP002, HERE) is None
    assert limited.ask(CP001) is None
    clock.now += LOCKED_OUT_S
    assert limited.note_wrong_password(CP001, HERE) is None


def test_who_was_quiet_for_longest_is_forgotten_first(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "REMEMBERED", 3)
    limited = limits(clock, station=1)
    for number in (1, 2, 3, 1, 4):
        limited.note_accept(station_key(f"CP00{number}"))

    assert limited.ask(CP002) is None
    assert limited.ask(CP001) is not None


class Tap:
    """A socket that is read from or not."""

    def __init__(self) -> None:
        self.is_open = True
        self.changes = 0

    def pause_reading(self) -> None:
        self.is_open, self.changes = False, self.changes + 1

    def resume_reading(self) -> None:
        self.is_open, self.changes = True, self.changes + 1


async def test_fast_station_is_read_from_at_its_share() -> None:
    tap = Tap()
    inflow = Inflow(tap, frames_per_s=100, now=0.0)

    for _ in range(1000):
        inflow.took(10, 0.0)
    assert tap.is_open
    inflow.took(19 * 4096, 0.0)
    assert not tap.is_open
    await asyncio.sleep(0.1)
    assert not tap.is_open
    await asyncio.sleep(0.2)
    assert tap.is_open
    assert tap.changes == 2


async def test_two_things_hold_a_station_up_and_it_goes_on_when_neither_does() -> None:
    tap = Tap()
    inflow = Inflow(tap, frames_per_s=100, now=0.0)
    inflow.crowd(is_crowded=True)
    for _ in range(1005):
        inflow.took(10, 0.0)
    assert (tap.is_open, tap.changes) == (False, 1)

    inflow.crowd(is_crowded=False)
    assert (tap.is_open, tap.changes) == (False, 1)
    await asyncio.sleep(0.15)
    assert (tap.is_open, tap.changes) == (True, 2)


async def test_slow_station_is_never_held_up() -> None:
    tap = Tap()
    inflow = Inflow(tap, frames_per_s=2, now=0.0)

    for number in range(1000):
        inflow.took(10, number * 0.6)

    assert (tap.is_open, tap.changes) == (True, 0)


async def refused(csms: GatewayInMemory, name: str = "CP001", password: str = "") -> tuple[int, str | None]:
    url = csms.url(name).replace("ws://", f"ws://{name}:{password}@") if password else csms.url(name)
    try:
        async with connect(url):
            return 101, None
    except InvalidStatus as error:
        return error.response.status_code, error.response.headers.get("Retry-After")


async def test_station_that_flaps_is_told_when_to_come_back_and_others_come_in() -> None:
    async with gateway_in_memory(CSMS_RECONNECTS_PER_MINUTE="5") as csms:
        csms.registry.entries[station_key("CP002")] = RegistryEntry()
        seen = [await refused(csms) for _ in range(7)]
        async with await station(csms, "CP002") as other:
            answer = await call(other, "Heartbeat", {})

    assert [status for status, _ in seen] == [101] * 5 + [503] * 2
    assert int(seen[-1][1] or 0) >= 1
    assert answer[0] == 3


async def test_guesser_is_told_off_and_the_right_password_is_let_in_all_the_same() -> None:
    pepper = ENVIRONMENT["CREDENTIAL_PEPPER"].encode()
    secret = "0123456789abcdef"
    entry = RegistryEntry(security_profiles=(1,), credential_hash=credential_hash(secret.encode(), pepper=pepper))
    async with gateway_in_memory(CSMS_WRONG_PASSWORDS="3") as csms:
        csms.registry.entries[station_key()] = entry
        guesses = [await refused(csms, password=f"wrong-{number}") for number in range(4)]
        after = await refused(csms, password=secret)

    assert guesses == [(401, None)] * 3 + [(429, "300")]
    assert after == (101, None)


async def test_connections_that_never_speak_leave_room_again_and_whoever_comes_meanwhile_is_told() -> None:
    async with gateway_in_memory(CSMS_HANDSHAKES_AT_ONCE="3", CSMS_HANDSHAKE_TIMEOUT_S="0.5") as csms:
        silent = [await asyncio.open_connection("127.0.0.1", csms.port) for _ in range(3)]
        await asyncio.sleep(0.05)
        status, _ = await refused(csms)
        await asyncio.sleep(0.7)
        later, _ = await refused(csms)
        for _, writer in silent:
            writer.close()

    assert (status, later) == (503, 101)


async def test_station_that_sent_too_much_loses_nothing_and_waits_for_its_share() -> None:
    async with gateway_in_memory(CSMS_FRAMES_PER_SECOND="50", CSMS_QUEUED_CALLS="2000") as csms:
        socket = await station(csms)
        async with socket:
            await asyncio.gather(*(socket.send(json.dumps([2, str(number), "Heartbeat", {}])) for number in range(600)))
            answers = [json.loads(await socket.recv()) for _ in range(600)]
            began = time.monotonic()
            await call(socket, "Heartbeat", {}, "next")
            seconds = time.monotonic() - began

    assert [answer[1] for answer in answers] == [str(number) for number in range(600)]
    assert seconds > 1


async def test_tls_needs_one_place_for_handshake_and_head_together(tmp_path: Path) -> None:
    authority = MinimalAuthority(tmp_path)
    server = authority.issue("csms")
    environment = {
        "CSMS_TLS_PORT": "0",
        "CSMS_TLS_CERT_FILE": str(server.certificate),
        "CSMS_TLS_KEY_FILE": str(server.key),
        "CSMS_HANDSHAKES_AT_ONCE": "1",
        "CSMS_HANDSHAKE_TIMEOUT_S": "0.5",
    }
    trusting = ssl.create_default_context(cafile=str(authority.files.certificate))
    async with gateway_in_memory(**environment) as csms:
        silent = await asyncio.open_connection("127.0.0.1", csms.tls_port)
        for _ in range(3):
            async with connect(f"wss://127.0.0.1:{csms.tls_port}/ocpp/CP001", ssl=trusting):
                pass
        silent[1].close()
