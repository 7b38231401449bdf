"""QR codes on stations by which somebody pays without an account (OCPP 2.1 C25).

Invariants:
1. A code's secret follows from our own, the place and a number that goes up with each setting: it is kept nowhere, and
   only the station is told.
2. What we reckon with is what the station has accepted last; after an answer that nobody read the operator sets it
   again.
3. Whoever guesses is not answered any more for a while, at this station. That is also the price of a guess: the others
   there wait with them.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode

import msgspec

from backoffice.contracts.stations import OpenWebPayment, WebPaymentOpening, WebPaymentStatus
from backoffice.kit.clock import Clock
from backoffice.kit.database import Database, Unit
from backoffice.kit.errors import OutcomeUnknown, PeerFailed
from backoffice.kit.failures import FailureCounter
from backoffice.stations import repository
from backoffice.stations.dispatch import Dispatch
from backoffice.stations.errors import (
    CommandNotExpressible,
    CommandNotSent,
    StationNotFound,
    StationOffline,
    WebPaymentsRefused,
)
from backoffice.stations.models import Station
from protocol.blocks.payment.messages import WebPaymentStarted
from protocol.blocks.provisioning.messages import (
    SetVariables,
    SetVariablesReply,
    SetVariableStatus,
    VariableAssignment,
)
from protocol.domain.device_model import VariableName
from protocol.domain.identifiers import StationKey
from protocol.domain.totp import is_right

FAILURES_FORGOTTEN_AFTER_S = 300
_CONTROLLER = "WebPaymentsCtrlr"
_WHOLE_STATION = 0
_SECRET_LENGTH = 32
_TAKEN = (SetVariableStatus.ACCEPTED, SetVariableStatus.REBOOT_REQUIRED)


class CodeSettings(msgspec.Struct, frozen=True):
    """How the codes of an EVSE are made, or of all that have none of their own. `serial` goes up with each setting."""

    url_template: str
    version: str
    validity_s: int
    length: int
    quality: str | None = None
    serial: int = 1


class WebPayments:
    """Sets codes up, checks what they say, and tells the station that somebody pays."""

    def __init__(
        self,
        database: Database,
        dispatch: Dispatch,
        *,
        pepper: bytes,
        failures: FailureCounter,
        allowed: int,
        clock: Clock,
    ) -> None:
        self._database = database
        self._dispatch = dispatch
        self._pepper = pepper
        self._allowed = allowed
        self._clock = clock
        self.failures = failures

    async def set_up(self, key: StationKey, wanted: CodeSettings, *, evse: int | None, by: str) -> CodeSettings:
        """The station shows such codes, with a new secret. Raises WebPaymentsRefused and what `carry_out` raises."""
        place = evse or _WHOLE_STATION
        async with self._database.snapshot(key.tenant) as unit:
            before = _settings_at(await self._read(unit, key), place)
        settings = msgspec.structs.replace(wanted, serial=1 if before is None else before.serial + 1)
        values = _values(settings, self._secret(key, place, settings.serial))
        assignments = (
            VariableAssignment(VariableName(name, component=_CONTROLLER, evse=evse), value)
            for name, value in values.items()
        )
        _, reply = await self._dispatch.carry_out(key, SetVariables(tuple(assignments)), by=by)
        assert isinstance(reply, SetVariablesReply)
        refused = [result.name.variable for result in reply.results if result.name and result.status not in _TAKEN]
        if refused:
            raise WebPaymentsRefused(key.station, refused)
        async with self._database.transaction(key.tenant) as unit:
            station = await repository.lock_station(unit, key.station)
            if station is None:
                raise StationNotFound(key.station)
            station.web_payments = {**station.web_payments, str(place): msgspec.to_builtins(settings)}
        return settings

    async def open(self, question: OpenWebPayment) -> WebPaymentOpening:
        """Whether the code is the one that the station shows now; then the station knows that somebody pays."""
        key = StationKey(question.tenant, question.station_id)
        async with self._database.snapshot(key.tenant) as unit:
            station = await repository.find_station(unit, key.station)
        if station is None or all(one.evse != question.evse for one in station.evses):
            return WebPaymentOpening(WebPaymentStatus.NO_SUCH_EVSE)
        place = question.evse if _settings_at(station, question.evse) is not None else _WHOLE_STATION
        settings = _settings_at(station, place)
        if settings is None:
            return WebPaymentOpening(WebPaymentStatus.NOT_OFFERED)
        if settings.version != question.version:
            return WebPaymentOpening(WebPaymentStatus.WRONG_VERSION)
        if await self.failures.count(str(key)) >= self._allowed:
            return WebPaymentOpening(WebPaymentStatus.TOO_MANY)
        secret = self._secret(key, place, settings.serial)
        if not is_right(question.code, secret, self._clock(), validity_s=settings.validity_s, length=settings.length):
            await self.failures.note(str(key))
            return WebPaymentOpening(WebPaymentStatus.WRONG_CODE)
        return WebPaymentOpening(await self._tell(key, question))

    async def _tell(self, key: StationKey, question: OpenWebPayment) -> WebPaymentStatus:
        try:
            await self._dispatch.carry_out(key, WebPaymentStarted(question.evse, question.timeout_s), by="billing")
        except (StationOffline, CommandNotSent, OutcomeUnknown):
            return WebPaymentStatus.OFFLINE
        except (CommandNotExpressible, PeerFailed):
            return WebPaymentStatus.NOT_OFFERED
        return WebPaymentStatus.OPENED

    async def _read(self, unit: Unit, key: StationKey) -> Station:
        station = await repository.find_row(unit, key.station)
        if station is None:
            raise StationNotFound(key.station)
        return station

    def _secret(self, key: StationKey, place: int, serial: int) -> str:
        name = f"web-payment|{key.tenant}|{key.station}|{place}|{serial}".encode()
        digest = hmac.new(self._pepper, name, hashlib.sha256).digest()
        return urlsafe_b64encode(digest).decode()[:_SECRET_LENGTH]


def _settings_at(station: Station, place: int) -> CodeSettings | None:
    kept = station.web_payments.get(str(place))
    return None if kept is None else msgspec.convert(kept, CodeSettings)


def _values(settings: CodeSettings, secret: str) -> dict[str, str]:
    """By the names of OCPP 2.1's device model; a station begins to show codes with the last of them."""
    values = {
        "URLTemplate": settings.url_template,
        "TOTPVersion": settings.version,
        "ValidityTime": str(settings.validity_s),
        "Length": str(settings.length),
        "SharedSecret": secret,
    }
    if settings.quality is not None:
        values["QRCodeQuality"] = settings.quality
    return values | {"Enabled": "true"}
