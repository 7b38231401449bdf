"""Files are really fetched, looked into and sent: firmware with its signature and digest, and logs."""

import asyncio
import base64
import hashlib
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from protocol.blocks.diagnostics.messages import (
    DiagnosticsStatusNotification,
    GetDiagnostics,
    GetLog,
    LogKind,
    LogStatus,
    LogStatusNotification,
)
from protocol.blocks.firmware.messages import (
    FirmwareStatus,
    FirmwareStatusNotification,
    PublicationStatus,
    PublishFirmware,
    PublishFirmwareStatusNotification,
    UpdateFirmware,
)
from protocol.blocks.security.messages import SecurityEventNotification
from protocol.domain.version import OcppVersion
from simulator.files import IMAGINED, Digests, FailureKind, RealFiles, Transfer
from simulator.patience import Patience
from simulator.plan import StationPlan
from tests.acceptance.network import eventually
from tests.factories.ftp_server import FOLDER, PASSWORD, USER, FtpServer
from tests.simulator.scripted_csms import World
from tests.simulator.test_commands import ask
from tests.simulator.test_jobs import KEY, signed_update

FIRMWARE = b"firmware of a station, version 2.5.0"
SAID_BYTES = 32 * 1024 * 1024


class Shelf(ThreadingHTTPServer):
    """A web server that hands out one file, and keeps what is put.

    What is asked at "/moved?" is at the place behind that; besides, it says SAID_BYTES: `said_bytes` were taken.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.kept: dict[str, bytes] = {}
        self.said_bytes = 0
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Shelf

    def do_GET(self) -> None:
        if self.path.startswith("/moved?"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/moved?"))
            self.end_headers()
            self._say_much()
            return
        self.send_response(200 if self.path.endswith(".bin") else 404)
        if self.path == "/short.bin":
            self.send_header("Content-Length", str(len(FIRMWARE) + 1))
        self.end_headers()
        if self.path.endswith(".bin"):
            self.wfile.write(FIRMWARE)

    def _say_much(self) -> None:
        part = bytes(1024 * 1024)
        with suppress(OSError):
            while self.server.said_bytes < SAID_BYTES:
                self.wfile.write(part)
                self.server.said_bytes += len(part)

    def do_PUT(self) -> None:
        if self.path.startswith("/locked"):
            self.send_error(403)
            return
        self.server.kept[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with Shelf() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Dripping(ThreadingHTTPServer):
    """A web server that gives a byte now and then, until nobody takes it: of the head alone where "/head" is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _DrippingHandler)
        self.has_begun, self.is_over = threading.Event(), threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class _DrippingHandler(BaseHTTPRequestHandler):
    server: Dripping

    def do_GET(self) -> None:
        if self.path.startswith("/head"):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        else:
            self.send_response(200)
            self.end_headers()
        with suppress(OSError):
            while not self.server.is_over.wait(0.02):
                self.wfile.write(b".")
                self.server.has_begun.set()

    def do_PUT(self) -> None:
        self.do_GET()

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def dripping() -> Iterator[Dripping]:
    with Dripping() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.is_over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def ftp_server() -> Iterator[FtpServer]:
    with FtpServer.running() as server:
        yield server


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port whose queue is full, so that nobody else's connection is taken or refused."""
    with ExitStack() as sockets:
        door = sockets.enter_context(socket.socket())
        door.bind(("127.0.0.1", 0))
        door.listen(0)
        for _ in range(4):
            queued = sockets.enter_context(socket.socket())
            queued.setblocking(False)
            queued.connect_ex(door.getsockname())
        yield door.getsockname()[1]


def ftp_url(server: FtpServer, folder: str = FOLDER, *, password: str = PASSWORD) -> str:
    return f"ftp://{USER}:{quote(password)}@127.0.0.1:{server.port}/{quote(folder)}/"


@asynccontextmanager
async def real_files(**fields: Any) -> AsyncIterator[RealFiles]:
    files = RealFiles(**fields)
    async with asyncio.TaskGroup() as tasks, files.using(tasks):
        yield files


def digests_of(content: bytes) -> Digests:
    return Digests(hashlib.sha256(content).digest(), hashlib.md5(content, usedforsecurity=False).digest())


async def carry(transfer: Transfer, **fields: Any) -> Transfer:
    async with real_files(**fields) as files:
        files.carry(transfer)
        await eventually(partial(_is_over, transfer), what="the transfer")
    return transfer


async def no_thread_is_left() -> None:
    async with asyncio.timeout(10):  # a step has more
        await asyncio.get_running_loop().shutdown_default_executor()


async def _is_over(transfer: Transfer) -> bool:
    return transfer.is_over


class CarriedAtOnce:
    """Carries for real, while the clock of the world stands still."""

    def carry(self, transfer: Transfer) -> None:
        asyncio.run(carry(transfer))


class CarriedLater:
    """Keeps what is to be carried."""

    def __init__(self, waiting: list[Transfer]) -> None:
        self._waiting = waiting

    def carry(self, transfer: Transfer) -> None:
        self._waiting.append(transfer)


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    made = World(StationPlan("CP1", version=getattr(request, "param", OcppVersion.V201)))
    made.station._files = CarriedAtOnce()
    made.run_for(5)
    return made


def statuses(world: World, kind: type[Any]) -> list[Any]:
    return [message.status for message in world.csms.of(kind)]


async def test_file_is_fetched_and_another_sent(shelf: Shelf) -> None:
    fetched = await carry(Transfer(f"{shelf.url}/2.5.0.bin"))
    sent = await carry(Transfer(f"{shelf.url}/logs/", b"a log", "CP 1.log"))

    assert (fetched.fetched, fetched.failure) == (digests_of(FIRMWARE), "")
    assert (sent.failure, shelf.kept) == ("", {"/logs/CP%201.log": b"a log"})


async def test_file_is_sent_and_fetched_by_ftp(ftp_server: FtpServer) -> None:
    sent = await carry(Transfer(ftp_url(ftp_server), FIRMWARE, "CP 1.log"))
    fetched = await carry(Transfer(f"{ftp_url(ftp_server)}CP%201.log"))

    assert (sent.failure, ftp_server.files) == ("", {"CP 1.log": FIRMWARE})
    assert (fetched.failure, fetched.fetched) == ("", digests_of(FIRMWARE))


async def test_ftp_that_says_yes_before_it_begins_is_understood(ftp_server: FtpServer) -> None:
    ftp_server.prelude = "200 I will\r\n150 go on"

    sent = await carry(Transfer(ftp_url(ftp_server), b"a log", "CP1.log"))

    assert (sent.failure, ftp_server.files) == ("", {"CP1.log": b"a log"})


@pytest.mark.parametrize(
    ("location", "kind", "failure"),
    [
        (lambda server: ftp_url(server, password="wrong"), FailureKind.DENIED, "530 not logged in"),
        (lambda server: f"ftp://127.0.0.1:{server.port}/", FailureKind.DENIED, "530 not logged in"),
        (lambda server: ftp_url(server, "elsewhere"), FailureKind.OTHER, "550 no such folder"),
        (lambda _: "ftp://127.0.0.1:1/", FailureKind.OTHER, "Connection refused"),
        (lambda _: "ftp://127.0.0.1:port/", FailureKind.OTHER, "port"),
        (lambda _: "ftp:///folder", FailureKind.OTHER, ""),
    ],
    ids=["wrong password", "anonymous", "no such folder", "refused", "no port", "no host"],
)
async def test_file_that_ftp_does_not_take_is_a_failure_of_its_kind(
    ftp_server: FtpServer, location: Callable[[FtpServer], str], kind: FailureKind, failure: str
) -> None:
    transfer = await carry(Transfer(location(ftp_server), b"a log", "CP1.log"))

    assert transfer.failure
    assert failure in transfer.failure
    assert transfer.kind is kind
    assert ftp_server.files == {}


@pytest.mark.parametrize(
    ("verb", "answer", "kind"),
    [
        ("STOR", "532 an account is needed for storing", FailureKind.DENIED),
        ("STOR", "550 permission denied", FailureKind.DENIED),
        ("STOR", "553 could not create the file", FailureKind.DENIED),
        ("STOR", "552 no room", FailureKind.OTHER),
        ("STOR", "350 and then?", FailureKind.OTHER),
        ("STOR", "502 not implemented", FailureKind.NOT_IMPLEMENTED),
        ("TYPE", "504 not that one", FailureKind.NOT_IMPLEMENTED),
        ("PASV", "500 what?", FailureKind.NOT_IMPLEMENTED),
        ("", "500 too many are here", FailureKind.OTHER),
        ("USER", "502 not now", FailureKind.OTHER),
        ("PASS", "500 no", FailureKind.OTHER),
    ],
)
async def test_ftp_that_lets_nobody_store_or_cannot_is_a_failure_of_its_kind(
    ftp_server: FtpServer, verb: str, answer: str, kind: FailureKind
) -> None:
    ftp_server.answers = {verb: answer, "QUIT": "500 what?"}

    transfer = await carry(Transfer(ftp_url(ftp_server), b"a log", "CP1.log"))

    assert (transfer.failure, transfer.kind) == (answer, kind)
    assert ftp_server.files == {}


@pytest.mark.parametrize("answer", ["500 what?", "421 I go", "no FTP"])
async def test_log_has_arrived_by_ftp_whatever_the_goodbye_is_answered(ftp_server: FtpServer, answer: str) -> None:
    ftp_server.answers = {"QUIT": answer}

    transfer = await carry(Transfer(ftp_url(ftp_server), b"a log", "CP1.log"))

    assert (transfer.failure, ftp_server.files) == ("", {"CP1.log": b"a log"})


@pytest.mark.parametrize("content", [None, b"a log"], ids=["fetched", "sent"])
@pytest.mark.parametrize("drip", [b"", b"2", b"220-there is more\r\n"], ids=["silence", "bytes", "lines"])
async def test_ftp_that_takes_too_long_is_a_failure_and_is_left(
    ftp_server: FtpServer, drip: bytes, content: bytes | None
) -> None:
    ftp_server.drip = drip

    transfer = await carry(Transfer(f"{ftp_url(ftp_server)}CP1.log", content, "CP1.log"), longest_s=0.3)
    await no_thread_is_left()

    assert transfer.failure == "a file that takes too long"


@pytest.mark.parametrize("drip", [None, b"220-there is more\r\n" * 100], ids=["folders", "lines"])
async def test_ftp_that_says_too_much_is_a_failure(ftp_server: FtpServer, drip: bytes | None) -> None:
    ftp_server.drip = drip

    transfer = await carry(Transfer(ftp_url(ftp_server) + f"{quote(FOLDER)}/" * 1000, b"a log", "CP1.log"))

    assert transfer.failure == "a server that says more than 1000 lines"


async def test_file_that_takes_too_long_by_ftp_is_a_failure(ftp_server: FtpServer) -> None:
    transfer = await carry(Transfer(ftp_url(ftp_server), b"a log", "CP1.log"), longest_s=0)

    assert transfer.failure == "a file that takes too long"


@pytest.mark.parametrize(
    "location",
    ["file:///etc/hostname", "sftp://127.0.0.1/x", "http://127.0.0.1:1/x", "nowhere", "http://[fw/x", "http://a:b/x"],
)
async def test_place_that_cannot_be_reached_is_a_failure(location: str) -> None:
    transfer = await carry(Transfer(location))

    assert transfer.failure
    assert transfer.fetched is None


@pytest.mark.parametrize(
    ("path", "content"), [("/2.5.0.bin", None), ("/head", None), ("/head", b"a log")], ids=["body", "head", "sent"]
)
async def test_file_that_takes_too_long_is_a_failure(dripping: Dripping, path: str, content: bytes | None) -> None:
    transfer = await carry(Transfer(f"{dripping.url}{path}", content, "CP1.log"), longest_s=0.2)
    await no_thread_is_left()

    assert transfer.failure == "a file that takes too long"


async def test_file_under_way_is_left_when_its_carrier_ends(dripping: Dripping) -> None:
    async with real_files() as files:
        files.carry(Transfer(f"{dripping.url}/2.5.0.bin"))
        assert await asyncio.to_thread(dripping.has_begun.wait, 10)

    await no_thread_is_left()


@pytest.mark.parametrize("content", [None, b"a log"], ids=["fetched", "sent"])
@pytest.mark.parametrize("scheme", ["http", "https", "ftp"])
async def test_server_that_says_nothing_is_left_when_the_carrier_ends(
    ftp_server: FtpServer, scheme: str, content: bytes | None
) -> None:
    ftp_server.drip = b""
    async with real_files() as files:
        files.carry(Transfer(f"{scheme}://127.0.0.1:{ftp_server.port}/x", content, "CP1.log"))
        assert await asyncio.to_thread(ftp_server.has_begun.wait, 10)

    await no_thread_is_left()


@pytest.mark.parametrize("content", [None, b"a log"], ids=["fetched", "sent"])
@pytest.mark.parametrize("scheme", ["http", "https", "ftp"])
async def test_host_that_does_not_take_the_connection_is_left(
    deaf_port: int, scheme: str, content: bytes | None
) -> None:
    transfer = await carry(Transfer(f"{scheme}://127.0.0.1:{deaf_port}/x", content, "CP1.log"), longest_s=0.3)
    await no_thread_is_left()

    assert transfer.failure == "a file that takes too long"


async def test_ftp_whose_door_for_the_file_is_closed_to_us_is_left(ftp_server: FtpServer, deaf_port: int) -> None:
    high, low = divmod(deaf_port, 256)
    ftp_server.answers = {"PASV": f"227 entering passive mode (127,0,0,1,{high},{low})"}

    transfer = await carry(Transfer(ftp_url(ftp_server), b"a log", "CP1.log"), longest_s=0.3)
    await no_thread_is_left()

    assert transfer.failure == "a file that takes too long"


def test_nobody_is_connected_once_patience_has_ended(shelf: Shelf) -> None:
    patience = Patience()
    patience.end()

    with pytest.raises(TimeoutError, match="nobody waits"):
        patience.connect("127.0.0.1", shelf.server_address[1], timeout_s=10)


def test_imagined_file_without_a_place_is_a_failure() -> None:
    transfer = Transfer("http://[fw/x.bin")

    IMAGINED.carry(transfer)

    assert transfer.failure


async def test_file_that_is_not_there_is_a_failure(shelf: Shelf) -> None:
    assert "404" in (await carry(Transfer(f"{shelf.url}/2.5.0.txt"))).failure


async def test_file_that_has_moved_is_followed_on_the_web_alone(shelf: Shelf, ftp_server: FtpServer) -> None:
    ftp_server.files["CP1.bin"] = FIRMWARE
    near = await carry(Transfer(f"{shelf.url}/moved?/2.5.0.bin"))
    far = await carry(Transfer(f"{shelf.url}/moved?{ftp_url(ftp_server)}CP1.bin"))

    assert (near.failure, near.fetched) == ("", digests_of(FIRMWARE))
    assert "unknown url type: ftp" in far.failure


async def test_what_a_moved_file_leaves_behind_is_not_read(shelf: Shelf) -> None:
    fetched = await carry(Transfer(f"{shelf.url}/moved?/2.5.0.bin"))

    assert fetched.fetched == digests_of(FIRMWARE)
    assert shelf.said_bytes < SAID_BYTES / 2  # what waits in the sockets' buffers


async def test_file_that_ends_too_early_is_a_failure(shelf: Shelf) -> None:
    transfer = await carry(Transfer(f"{shelf.url}/short.bin"))

    assert transfer.failure == f"a file that ends after {len(FIRMWARE)} of {len(FIRMWARE) + 1} bytes"
    assert transfer.fetched is None


@pytest.mark.parametrize("content", [None, FIRMWARE], ids=["fetched", "sent"])
@pytest.mark.parametrize("verdict", ["426 it broke off", "451 the disk is ill", ""], ids=["cut", "ill", "hung up"])
async def test_file_that_ftp_does_not_confirm_is_a_failure(
    ftp_server: FtpServer, verdict: str, content: bytes | None
) -> None:
    ftp_server.files["CP1.bin"] = FIRMWARE
    ftp_server.verdict = verdict

    transfer = await carry(Transfer(f"{ftp_url(ftp_server)}{'' if content else 'CP1.bin'}", content, "CP1.log"))

    assert transfer.failure == (verdict or "EOFError")
    assert transfer.fetched is None


def test_firmware_that_its_holder_signed_is_installed(world: World, shelf: Shelf) -> None:
    signature = base64.b64encode(KEY.sign(FIRMWARE, ec.ECDSA(SHA256()))).decode()

    ask(world, signed_update(world, location=f"{shelf.url}/2.5.0.bin", signature=signature), seconds=60)

    assert FirmwareStatus.SIGNATURE_VERIFIED in statuses(world, FirmwareStatusNotification)
    assert world.station.state.firmware_version == "2.5.0"


@pytest.mark.parametrize("signature", ["", "bm8gc2lnbmF0dXJl", "no base64"])
def test_firmware_that_somebody_else_signed_is_refused_and_the_csms_hears_so(
    world: World, shelf: Shelf, signature: str
) -> None:
    ask(world, signed_update(world, location=f"{shelf.url}/2.5.0.bin", signature=signature), seconds=60)

    assert statuses(world, FirmwareStatusNotification)[-1] is FirmwareStatus.INVALID_SIGNATURE
    assert [event.kind for event in world.csms.of(SecurityEventNotification)] == ["InvalidFirmwareSignature"]
    assert world.station.state.firmware_version == "1.0.0"


def test_download_that_fails_is_tried_again_as_often_as_the_order_says(world: World, shelf: Shelf) -> None:
    order = UpdateFirmware(
        location=f"{shelf.url}/missing", retrieve_at=world.csms.now, request_id=4, retries=2, retry_interval_s=10
    )

    ask(world, order, seconds=120)

    told = statuses(world, FirmwareStatusNotification)
    assert told == [FirmwareStatus.DOWNLOADING] * 3 + [FirmwareStatus.DOWNLOAD_FAILED]


def test_publication_that_fails_is_tried_again_as_often_as_the_order_says(world: World, shelf: Shelf) -> None:
    order = PublishFirmware(
        location=f"{shelf.url}/missing", checksum="0" * 32, request_id=1, retries=2, retry_interval_s=10
    )

    ask(world, order, seconds=120)

    told = statuses(world, PublishFirmwareStatusNotification)
    assert told == [PublicationStatus.DOWNLOADING] * 3 + [PublicationStatus.DOWNLOAD_FAILED]


def test_publication_waits_for_a_file_whose_turn_has_not_come(world: World) -> None:
    waiting: list[Transfer] = []
    world.station._files = CarriedLater(waiting)
    ask(world, PublishFirmware(location="http://a/x.bin", checksum="0" * 32, request_id=1), seconds=120)
    assert statuses(world, PublishFirmwareStatusNotification) == [PublicationStatus.DOWNLOADING]

    waiting[0].end()
    world.run_for(60)

    assert statuses(world, PublishFirmwareStatusNotification)[-1] is PublicationStatus.PUBLISHED


def test_publication_needs_the_digest_of_the_file(world: World, shelf: Shelf) -> None:
    digest = hashlib.md5(FIRMWARE, usedforsecurity=False).hexdigest()
    for checksum in ("0" * 32, digest):
        order = PublishFirmware(location=f"{shelf.url}/2.5.0.bin", checksum=checksum, request_id=1)
        ask(world, order, seconds=60)

    told = statuses(world, PublishFirmwareStatusNotification)
    ends = {PublicationStatus.INVALID_CHECKSUM, PublicationStatus.PUBLISHED}
    assert [one for one in told if one in ends] == [PublicationStatus.INVALID_CHECKSUM, PublicationStatus.PUBLISHED]


def test_log_arrives_and_tells_of_the_station(world: World, shelf: Shelf) -> None:
    order = GetLog(location=f"{shelf.url}/logs", kind=LogKind.DIAGNOSTICS, request_id=9)

    reply = ask(world, order, seconds=60)

    ((path, log),) = shelf.kept.items()
    assert path == f"/logs/{reply.file_name}"  # type: ignore[attr-defined]
    assert b"CP1" in log
    assert b"EVSE 1: Available" in log
    assert statuses(world, LogStatusNotification) == [LogStatus.UPLOADING, LogStatus.UPLOADED]


def test_log_that_cannot_be_sent_is_a_failure_after_its_retries(world: World) -> None:
    order = GetLog(location="http://127.0.0.1:1/x", kind=LogKind.SECURITY, request_id=9, retries=1, retry_interval_s=5)

    ask(world, order, seconds=60)

    assert statuses(world, LogStatusNotification) == [LogStatus.UPLOADING, LogStatus.UPLOAD_FAILURE]


def test_log_arrives_by_ftp(world: World, ftp_server: FtpServer) -> None:
    order = GetLog(location=ftp_url(ftp_server), kind=LogKind.DIAGNOSTICS, request_id=9)

    reply = ask(world, order, seconds=60)

    ((name, log),) = ftp_server.files.items()
    assert name == reply.file_name  # type: ignore[attr-defined]
    assert b"EVSE 1: Available" in log
    assert statuses(world, LogStatusNotification) == [LogStatus.UPLOADING, LogStatus.UPLOADED]


@pytest.mark.parametrize("world", [OcppVersion.V16], indirect=True)
def test_diagnostics_of_16_arrive_by_ftp(world: World, ftp_server: FtpServer) -> None:
    reply = ask(world, GetDiagnostics(location=ftp_url(ftp_server)), seconds=60)

    assert list(ftp_server.files) == [reply.file_name]  # type: ignore[attr-defined]
    assert statuses(world, DiagnosticsStatusNotification)[-1] is LogStatus.UPLOADED


def test_log_that_the_server_does_not_take_is_said_to_be_denied(world: World, ftp_server: FtpServer) -> None:
    order = GetLog(location=ftp_url(ftp_server, password="wrong"), kind=LogKind.SECURITY, request_id=9)

    ask(world, order, seconds=60)

    assert statuses(world, LogStatusNotification) == [LogStatus.UPLOADING, LogStatus.PERMISSION_DENIED]


def test_log_that_a_web_server_does_not_take_is_said_to_be_denied(world: World, shelf: Shelf) -> None:
    ask(world, GetLog(location=f"{shelf.url}/locked", kind=LogKind.SECURITY, request_id=9), seconds=60)

    assert statuses(world, LogStatusNotification) == [LogStatus.UPLOADING, LogStatus.PERMISSION_DENIED]
