"""`python -m backoffice [service …]`: the back office, or a part of it, in this process."""

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

import uvloop

from backoffice.contracts import CATALOGUE
from backoffice.kit.auth import new_secrets
from backoffice.kit.edge import EdgeSettings
from backoffice.kit.runtime import listen, migrate_when_possible, run
from backoffice.kit.service import Service
from backoffice.kit.settings import InvalidSettings, PlatformSettings, SettingsOfProgram, read_settings
from backoffice.kit.share import Share
from backoffice.kit.telemetry import configure_logging
from backoffice.kit.tracing import configure_tracing
from backoffice.services import SERVICE_NAMES, load_services

_NICENESS_OF_EVENTS = 5
_YOUNG_OBJECTS = 20_000

DESCRIPTION = """
examples:
  python -m backoffice                          every service in one process, on 127.0.0.1:8000
  python -m backoffice sessions --port 8003     one service; its URLs are the same
  python -m backoffice --share events --port 8001    what follows the streams; another one has --share requests
  python -m backoffice --migrate-only           bring every schema up to date, and end
  python -m backoffice --new-keys               print settings with fresh secrets, to keep

Settings come from the environment: DATABASE_URL, NATS_URL, AUTH_PUBLIC_KEY, and what a service asks for by its own
prefix (SESSIONS_…). What is missing is said at once, all of it. REST documentation: /api/docs. Probes: /livez, /readyz.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 after a stop that was asked for; 2 for arguments, settings or an address that are wrong."""
    options = _parse(arguments)
    if options.new_keys:
        print("\n".join(f"{name}={value}" for name, value in new_secrets().items()))
        return 0
    services = load_services(dict.fromkeys(options.services) or SERVICE_NAMES)
    try:
        settings = read_settings(
            [PlatformSettings, EdgeSettings, *(service.settings for service in services)], os.environ
        )
    except InvalidSettings as error:
        print(error, file=sys.stderr)
        return 2
    platform = settings.of(PlatformSettings)
    configure_logging(platform.log_level)
    configure_tracing(
        f"backoffice {options.services[0]}" if len(options.services) == 1 else "backoffice",
        endpoint=platform.otlp_endpoint,
        sample=platform.trace_sample,
    )
    _spare_garbage_collector()
    if options.share is Share.EVENTS:
        os.nice(_NICENESS_OF_EVENTS)  # where both share a processor, somebody waits for the other one
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if options.migrate_only:
            runner.run(migrate_when_possible(platform.database_url, services))
            return 0
        return runner.run(
            _run_until_signal(settings, services, host=options.host, port=options.port, share=options.share)
        )


async def _run_until_signal(
    settings: SettingsOfProgram, services: Sequence[Service], *, host: str, port: int, share: Share
) -> int:
    """Parts that run end in order; a start that still waits for NATS or PostgreSQL is given up."""
    try:
        listener = listen(host, port)
    except OSError as error:
        print(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port.", file=sys.stderr)
        return 2
    stop, ready = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task(
        run(settings, services, catalogue=CATALOGUE, listener=listener, ready=ready, stop=stop, share=share)
    )

    def end() -> None:
        stop.set()
        if not ready.is_set():
            running.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end)
    with suppress(asyncio.CancelledError):
        await running
    return 0


def _spare_garbage_collector() -> None:
    """Modules, mappings and routes live as long as the process: nothing looks through them for cycles again."""
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, *gc.get_threshold()[1:])


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m backoffice",
        description="Run the back office, whole or in part.",
        epilog=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("services", nargs="*", metavar="service", help=f"any of {', '.join(SERVICE_NAMES)}; none: all")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (%(default)s)")
    parser.add_argument(
        "--share",
        type=Share,
        choices=list(Share),
        default=Share.ALL,
        help="requests: REST and questions; events: consumers, workers, relays; for two processes (%(default)s)",
    )
    parser.add_argument("--migrate-only", action="store_true", help="bring the schemas up to date, and end")
    parser.add_argument("--new-keys", action="store_true", help="print fresh secrets as settings, and end")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.services if name not in SERVICE_NAMES]:
        parser.error(f"there is no service {', '.join(unknown)}; there are {', '.join(SERVICE_NAMES)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
