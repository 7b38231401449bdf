"""python -m csms: one gateway node, configured by the environment."""

import argparse
import asyncio
import gc
import os
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from csms.app import run_gateway
from csms.errors import InvalidSettings
from csms.settings import CsmsSettings, read_settings

_WANTED_FILES = 65_536
_YOUNG_OBJECTS = 10_000

_EPILOG = """settings: NATS_URL, TOKEN_KEY, CREDENTIAL_PEPPER; CSMS_PORT, CSMS_HOST, CSMS_ADMIN_PORT, CSMS_VERSIONS,
CSMS_TLS_PORT, …
(csms/settings.py has them all)

example:
  NATS_URL=nats://127.0.0.1:4222 TOKEN_KEY=$(openssl rand -hex 32) CREDENTIAL_PEPPER=$(openssl rand -hex 32) \\
  CSMS_PORT=9000 python -m csms
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, then drain; 2 where the settings are not usable."""
    parser = argparse.ArgumentParser(
        prog="python -m csms",
        description=__doc__,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(argv)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    try:
        settings = read_settings(os.environ)
    except InvalidSettings as error:
        print(error, file=sys.stderr)
        return 2
    _raise_file_limit()
    _spare_garbage_collector()
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(settings))
    except InvalidSettings as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, where the machine has it."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(settings: CsmsSettings) -> None:
    """Until a signal: a gateway that serves drains; one that still waits for NATS just ends."""
    stop, ready = asyncio.Event(), asyncio.Event()
    serving = asyncio.create_task(run_gateway(settings, stop=stop, on_ready=lambda *_: ready.set()))

    def end() -> None:
        stop.set()
        if not ready.is_set():
            serving.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    with suppress(asyncio.CancelledError):
        await serving


def _raise_file_limit() -> None:
    """A socket is an open file: take as many as the system lets us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED_FILES if hard == resource.RLIM_INFINITY else min(hard, _WANTED_FILES)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _spare_garbage_collector() -> None:
    """What a message makes dies by its reference count: cycles are rare, and looking for them every 700 objects is not.

    Modules live as long as the process, and are not looked at again.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, *gc.get_threshold()[1:])


if __name__ == "__main__":
    sys.exit(main())
