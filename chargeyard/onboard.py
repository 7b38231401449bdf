"""`chargeyard onboard`: for a person with one real station.

Registers it, shows what to enter, tells live what is wrong with what arrives, and learns the card that is presented.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chargeyard.demo import OPERATOR
from chargeyard.diagnosis import (
    Finding,
    Target,
    explain_refusals,
    explain_registration,
    explain_silence,
    explain_strangers,
)
from chargeyard.elsewhere import PASSWORD_VARIABLE
from chargeyard.errors import ChargeyardError
from chargeyard.lan import lan_address
from chargeyard.reset import DATA_DIR
from chargeyard.rest import RestClient, RestRefused
from chargeyard.secrets import SECRETS_FILE, Secrets
from chargeyard.world import FIRST_DRIVER
from protocol.bus.secrets import new_station_password

POLL_S = 2.0
_HINT_AFTER_S = 20.0
_PLAIN_PROGRESS_S = 10.0
_CONFLICT = 409

EPILOG = f"""examples:
  chargeyard onboard WALLBOX-1                       with `up --lan` running on this machine
  chargeyard onboard WALLBOX-1 --new-password        the password is lost
  chargeyard onboard WALLBOX-1 --url https://csms.example --tenant acme --email me@example.com --driver 0198f…
  chargeyard onboard WALLBOX-1 --skip-card --timeout 120

The operator's password is read from {PASSWORD_VARIABLE}, else from the data folder of `up`. Exit code 0: the station
works and the card is learned; 1: the time was over, and the last line says what was missing; 130: Ctrl-C. The station
stays registered in any case, and the verb can be run again.
"""


class CannotOnboard(ChargeyardError):
    """Something that must be there before a station is waited for is not."""


def main(argv: Sequence[str]) -> int:
    """0 once the station works and its card is learned, 1 where that did not come in time."""
    options = _parse(argv)
    try:
        return asyncio.run(_run(options))
    except KeyboardInterrupt:
        _say(f"\nstopped; {options.station_id} stays registered, and this can be run again")
        raise


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="chargeyard onboard",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("station_id", metavar="STATION_ID", help="the name that the station is to have")
    parser.add_argument("--url", default="http://127.0.0.1:8000", metavar="REST", help="REST (default: %(default)s)")
    parser.add_argument("--tenant", default="default", help="whose station it is (default: %(default)s)")
    parser.add_argument("--email", default=OPERATOR, help="the operator who asks (default: %(default)s)")
    parser.add_argument("--data", type=Path, default=DATA_DIR, help="the data folder of `up` (default: %(default)s)")
    parser.add_argument("--lan", action="store_true", help="show this machine's address in its network")
    parser.add_argument("--driver", metavar="ID", help="whose the card is to be (default: the first demo driver)")
    parser.add_argument("--skip-card", action="store_true", help="end once the station has booted")
    parser.add_argument("--new-password", action="store_true", help="give a station that exists another password")
    parser.add_argument("--accept", action="store_true", help="accept a station that is pending or rejected")
    parser.add_argument("--timeout", type=float, default=600.0, metavar="S", help="give up then (default: %(default)g)")
    return parser.parse_args(argv)


async def _run(options: argparse.Namespace) -> int:
    async with RestClient(options.url, tenant=options.tenant) as operator:
        await operator.log_in(options.email, _operator_password(options), role="operator")
        driver_id = None if options.skip_card else await _driver(options)
        entrance = await operator.get("/onboarding")
        target = Target(options.station_id, _station_url(entrance["station_url"], is_lan=options.lan))
        password = await _register(operator, options)
        _say(_instructions(target, password, secured=entrance["tls_station_url"]))
        return await Watch(operator, target, since=entrance["server_time"], timeout_s=options.timeout).run(driver_id)


class Watch:
    """Waits for the station step by step, and says each thing that goes wrong once."""

    def __init__(self, operator: RestClient, target: Target, *, since: str, timeout_s: float) -> None:
        self._operator = operator
        self._target = target
        self._since = since
        self._began = time.monotonic()
        self._ends = self._began + timeout_s
        self._said: set[Finding] = set()
        self._last: Finding | None = None
        self._progress_at = 0.0
        self._progress = ""
        self._hint_at = 0.0

    async def run(self, driver_id: str | None) -> int:
        """The exit code. The card becomes this driver's; None: no card is asked for."""
        steps: list[tuple[str, Callable[[], Awaitable[bool]]]] = [
            (f"waiting for {self._target.station_id} to call", self._has_connected),
            ("waiting for its BootNotification", self._has_booted),
        ]
        if driver_id is not None:
            steps.append(("present the card at the station now", lambda: self._has_learned(driver_id)))
        for waiting, is_done in steps:
            self._hint_at = time.monotonic() + _HINT_AFTER_S
            while not await is_done():
                await self._tell_refusals()
                if time.monotonic() >= self._ends:
                    return self._give_up(waiting)
                self._tell_progress(waiting)
                await asyncio.sleep(min(POLL_S, max(self._ends - time.monotonic(), 0)))
        _say(f"{self._target.station_id} is in. Its page: GET /api/v1/stations/{self._target.station_id}")
        return 0

    async def _has_connected(self) -> bool:
        candidate = await self._candidate()
        if _is_newer(candidate["connected_at"], self._since) or candidate["is_online"]:
            profile = candidate["security_profile"]
            _say(f"* connected: OCPP {candidate['version']}, security profile {profile}")
            return True
        for finding in explain_strangers(await self._operator.get("/onboarding/stations"), self._target):
            self._tell(finding)
        if not self._said and time.monotonic() >= self._hint_at:
            self._tell(explain_silence(self._target))
        return False

    async def _tell_refusals(self) -> None:
        """At every step: a station that was in may be refused when it comes back."""
        refusals = (await self._operator.get("/onboarding/handshakes", since=self._since, limit=500))["items"]
        for finding in explain_refusals(reversed(refusals), self._target):
            self._tell(finding)

    async def _has_booted(self) -> bool:
        candidate = await self._candidate()
        if not _is_newer(candidate["booted_at"], self._since):
            if time.monotonic() >= self._hint_at:
                self._hint_at = float("inf")
                await self._ask_to_boot()
            return False
        if (finding := explain_registration(candidate, self._target)) is not None:
            self._tell(finding)
            return False
        firmware = candidate["firmware_version"] or "not said"
        _say(f"* booted: {candidate['vendor']} {candidate['model']}, firmware {firmware}")
        return True

    async def _has_learned(self, driver_id: str) -> bool:
        station_id = self._target.station_id
        tags = await self._operator.get("/onboarding/tags", station_id=station_id, since=self._since)
        if not tags:
            if time.monotonic() >= self._hint_at:
                self._tell(
                    Finding(
                        "no unknown card has been presented",
                        "hold the card to the reader; one that is registered already is not learned again.",
                    )
                )
            return False
        tag = tags[0]
        await self._operator.post(f"/onboarding/tags/{tag['ref']}", {"driver_id": driver_id})
        _say(f"* card {tag['mask']} learned: it charges for driver {driver_id} from now on")
        return True

    async def _ask_to_boot(self) -> None:
        """A 2.x station does not boot when it reconnects, and some 1.6 ones do not either: ask for it."""
        try:
            await self._operator.post(
                f"/stations/{self._target.station_id}/commands/trigger", {"requested": "BootNotification"}
            )
        except RestRefused as error:
            self._tell(Finding(f"it was asked for a BootNotification, and {error.detail}", "restart the station."))

    async def _candidate(self) -> dict[str, Any]:  # Any: JSON
        found: dict[str, Any] = await self._operator.get(f"/onboarding/stations/{self._target.station_id}")
        return found

    def _tell(self, finding: Finding) -> None:
        self._last = finding
        if finding not in self._said:
            self._said.add(finding)
            _say(str(finding))

    def _tell_progress(self, waiting: str) -> None:
        """Every two seconds in place on a terminal; elsewhere where something changed, and now and then."""
        now = time.monotonic()
        text = f"… {waiting} ({now - self._began:.0f} s)"
        if sys.stdout.isatty():
            print(f"\r\x1b[K{text}", end="", flush=True)
        elif waiting != self._progress or now - self._progress_at >= _PLAIN_PROGRESS_S:
            self._progress, self._progress_at = waiting, now
            _say(text)

    def _give_up(self, waiting: str) -> int:
        if self._last is None:
            self._tell(explain_silence(self._target) if "to call" in waiting else Finding(waiting, "run this again."))
        _say(f"gave up after {time.monotonic() - self._began:.0f} s: {self._last.seen if self._last else waiting}")
        return 1


def _operator_password(options: argparse.Namespace) -> str:
    return os.environ.get(PASSWORD_VARIABLE) or _secrets(options).operator_password


def _secrets(options: argparse.Namespace) -> Secrets:
    if not (options.data / SECRETS_FILE).exists():
        raise CannotOnboard(f"there are no secrets in {options.data}: set {PASSWORD_VARIABLE}, or start `up` first")
    return Secrets.of(options.data)


async def _driver(options: argparse.Namespace) -> str:
    """Whose the card is to be; the first demo driver's, where nobody is named."""
    if options.driver:
        return str(options.driver)
    async with RestClient(options.url, tenant=options.tenant) as driver:
        try:
            await driver.log_in(FIRST_DRIVER, _secrets(options).driver_password)
        except (RestRefused, CannotOnboard) as error:
            raise CannotOnboard("nobody is named whose the card is to be: give --driver ID, or --skip-card") from error
        return driver.account_id


async def _register(operator: RestClient, options: argparse.Namespace) -> str | None:
    """The station is registered; returns its password where one was made."""
    path = f"/stations/{options.station_id}"
    body = {"station_id": options.station_id, "security_profiles": [1], "evses": [{"evse": 1}]}
    try:
        made = await operator.post("/stations", body)
    except RestRefused as error:
        if error.status != _CONFLICT:
            raise
        if options.accept:
            await operator.post(f"/onboarding{path}/accept")
        password = new_station_password() if options.new_password else None
        if password is not None:
            await operator.patch(path, {"password": password})
        return password
    return str(made["password"])


def _station_url(told: str | None, *, is_lan: bool) -> str:
    """What the station is to call, by this machine's address in its network where that is asked for."""
    if told is None:
        raise CannotOnboard("the platform does not know its own address: set STATIONS_STATION_URL, ws://host:port/ocpp")
    parts = urlsplit(told)
    if not is_lan:
        return told
    return parts._replace(netloc=f"{lan_address()}:{parts.port}").geturl()


def _instructions(target: Target, password: str | None, *, secured: str | None) -> str:
    shown = password or "as it was set (--new-password makes another)"
    lines = [
        f"Enter in the station {target.station_id}:",
        "",
        f"  URL        {target.url}        it adds /{target.station_id}; if it does not, enter that too",
        f"  user       {target.station_id}",
        f"  password   {shown}",
        "  protocol   OCPP 1.6 JSON (or 2.0.1, 2.1), security profile 1",
    ]
    if secured:
        lines.append(f"  with TLS   {secured}        security profile 2")
    return "\n".join([*lines, ""])


def _is_newer(at: str | None, since: str) -> bool:
    """Both by the platform's clocks."""
    return at is not None and datetime.fromisoformat(at) > datetime.fromisoformat(since)


def _say(line: str) -> None:
    start = "\r\x1b[K" if sys.stdout.isatty() else ""
    print(f"{start}{line}", flush=True)
