"""What a CSMS has booked, read by its REST interface as an operator: every page of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import msgspec

from protocol.domain.time import format_timestamp
from simulator.differences import Invoice, ParkingSession, Payment, Reading, Session
from simulator.errors import SimulatorError
from simulator.expected_price import Assignment, PriceList, Tariff, Version
from simulator.reconciliation import Books, Scope

_PREFIX = "/api/v1"
_PAGE = 500
_TIMEOUT_S = 30.0
_MARGIN = timedelta(hours=1)  # what was shifted a little out of the ledger's time is still found

_CHARGING = "charging"

RowT = TypeVar("RowT")


class BooksUnreadable(SimulatorError):
    """The CSMS cannot be asked, or did not answer as it should."""


class _SessionJson(msgspec.Struct, frozen=True):
    id: str
    station_id: str
    evse: int
    transaction_id: str
    state: str
    driver_id: str | None
    intent_id: str | None
    token: str | None
    started_at: datetime
    ended_at: datetime | None
    energy_wh: Decimal
    tariff_id: str | None
    tariff_version: int | None
    cost_incl_vat: Decimal
    currency: str


class _ReadingJson(msgspec.Struct, frozen=True):
    station_id: str
    transaction_id: str | None
    measured_at: datetime
    value: Decimal
    phase: str | None


class _InvoiceJson(msgspec.Struct, frozen=True):
    id: str
    session_id: str
    station_id: str | None
    driver_id: str | None
    started_at: datetime
    energy_wh: Decimal | None
    total_incl_vat: Decimal
    currency: str
    paid: Decimal
    state: str
    reason: str
    kind: str = _CHARGING


class _StayJson(msgspec.Struct, frozen=True):
    id: str
    bay_id: str
    location_id: str
    driver_id: str | None
    state: str
    started_at: datetime
    ended_at: datetime | None
    cost_incl_vat: Decimal
    currency: str
    tariff_id: str | None
    tariff_version: int | None


class _PaymentJson(msgspec.Struct, frozen=True):
    reference: str
    invoice_id: str
    session_id: str
    amount: Decimal
    currency: str


class _VersionJson(msgspec.Struct, frozen=True):
    tariff_id: str
    version: int
    valid_from: datetime
    valid_until: datetime | None
    tariff: Tariff


class _PlaceJson(msgspec.Struct, frozen=True):
    valid_from: datetime
    station_id: str | None = None
    evse: int | None = None
    bay_id: str | None = None
    location_id: str | None = None


class _AssignmentsJson(msgspec.Struct, frozen=True):
    places: tuple[_PlaceJson, ...]


class _PageJson(msgspec.Struct, frozen=True):
    items: msgspec.Raw
    next_cursor: str | None = None


class _TariffsFile(msgspec.Struct, frozen=True):
    tariffs: tuple[Tariff, ...]
    places: tuple[Assignment, ...]


class OperatorsView:
    """The CSMS as an operator sees it, after `log_in`. `report` hears what is being read, now and then."""

    def __init__(
        self, url: str, *, tenant: str = "default", report: Callable[[str], None] = lambda _line: None
    ) -> None:
        self._http = httpx.AsyncClient(base_url=url, timeout=_TIMEOUT_S, headers={"X-Tenant": tenant})
        self._report = report

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def log_in(self, email: str, password: str) -> None:
        """Everything is asked as this operator from now on. Raises BooksUnreadable."""
        body = {"email": email, "password": password, "role": "operator"}
        answer = await self._ask("POST", "/auth/login", json=body)
        token: str = msgspec.json.decode(answer)["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    async def read(self, scope: Scope, prices: PriceList) -> Books:
        """Everything that the CSMS has of the scope's time, with a margin on both sides. Raises BooksUnreadable."""
        bounds = {"from": format_timestamp(scope.begin - _MARGIN), "to": format_timestamp(scope.end + _MARGIN)}
        kinds = {} if scope.bays else {"kind": _CHARGING}  # where there are bays, stays are billed as well
        sessions, readings, invoices, payments = await asyncio.gather(
            self._rows("/sessions", _SessionJson, bounds),
            self._rows("/telemetry/readings", _ReadingJson, bounds),
            self._rows("/billing/invoices", _InvoiceJson, bounds | kinds),
            self._rows("/billing/payments", _PaymentJson, bounds | kinds),
        )
        return Books(
            sessions=[_session(row) for row in sessions],
            readings=[_reading(row) for row in readings if row.transaction_id is not None and row.phase is None],
            invoices=[_invoice(row) for row in invoices],
            payments=[_payment(row) for row in payments],
            prices=prices,
            stays=await self._read_stays(scope) if scope.bays else (),
        )

    async def read_prices(self) -> PriceList:
        """Every version of every tariff, and where they hold now. Raises BooksUnreadable."""
        newest = await self._rows("/tariffs", _VersionJson, {})
        versions, assignments = [], []
        for one in newest:
            for row in await self._get(f"/tariffs/{one.tariff_id}/versions", list[_VersionJson]):
                version = Version(
                    tariff=row.tariff, number=row.version, valid_from=row.valid_from, valid_until=row.valid_until
                )
                versions.append(version)
            places = (await self._get(f"/tariffs/{one.tariff_id}/assignments", _AssignmentsJson)).places
            assignments += [
                Assignment(
                    tariff_id=one.tariff_id,
                    station_id=place.station_id,
                    evse=place.evse,
                    bay_id=place.bay_id,
                    location_id=place.location_id,
                    valid_from=place.valid_from,
                )
                for place in places
            ]
        return PriceList(versions, assignments)

    async def _read_stays(self, scope: Scope) -> list[ParkingSession]:
        """Those of the scope's time; the list has no bounds, and the newest are first."""
        rows: list[_StayJson] = []
        async for page in self._pages("/parking-sessions", {}):
            rows += _decode_page(page, "/parking-sessions", _StayJson)
            self._report(f"read {len(rows)} of /parking-sessions")
            if rows and rows[-1].started_at < scope.begin - _MARGIN:
                break
        return [_stay(row) for row in rows if scope.begin - _MARGIN <= row.started_at <= scope.end + _MARGIN]

    async def _rows(self, path: str, kind: type[RowT], query: dict[str, str]) -> list[RowT]:
        rows: list[RowT] = []
        async for page in self._pages(path, query):
            rows += _decode_page(page, path, kind)
            self._report(f"read {len(rows)} of {path}")
        return rows

    async def _pages(self, path: str, query: dict[str, str]) -> AsyncIterator[msgspec.Raw]:
        cursor: dict[str, str] = {}
        while True:
            page = await self._get(path, _PageJson, **query, **cursor, limit=str(_PAGE))
            yield page.items
            if page.next_cursor is None:
                return
            cursor = {"cursor": page.next_cursor}

    async def _get(self, path: str, kind: type[RowT], /, **query: str) -> RowT:
        answer = await self._ask("GET", path, params=query)
        try:
            return msgspec.json.decode(answer, type=kind)
        except msgspec.DecodeError as error:
            raise BooksUnreadable(f"GET {path} was answered with something else than expected: {error}") from error

    async def _ask(self, method: str, path: str, **options: Any) -> bytes:  # Any: httpx's options
        try:
            answer = await self._http.request(method, _PREFIX + path, **options)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise BooksUnreadable(f"{self._http.base_url} cannot be asked: {reason}. Is the CSMS there?") from error
        if answer.is_error:
            raise BooksUnreadable(f"{method} {path} was answered {answer.status_code}: {_detail(answer)}")
        return answer.content


def read_tariffs_file(path: Path) -> PriceList:
    """The tariffs of a JSON file `{"tariffs": [OCPI tariff, …], "places": [{"tariff_id", "station_id", "evse"}, …]}`.

    A place without an EVSE is a station, one without a station everything else. Raises BooksUnreadable.
    """
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_TariffsFile)
    except OSError as error:
        raise BooksUnreadable(f"{path} cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise BooksUnreadable(f"{path} is no file of tariffs and places: {error}") from error
    unknown = {place.tariff_id for place in file.places} - {tariff.id for tariff in file.tariffs}
    if unknown:
        raise BooksUnreadable(f"{path} puts a tariff {min(unknown)!r} at a place and does not have it")
    return PriceList([Version(tariff=tariff) for tariff in file.tariffs], file.places)


def _decode_page(page: msgspec.Raw, path: str, kind: type[RowT]) -> list[RowT]:
    try:
        rows: list[RowT] = msgspec.json.decode(page, type=list[kind])  # type: ignore[valid-type]
    except msgspec.DecodeError as error:
        raise BooksUnreadable(f"GET {path} was answered with what is no {path} page: {error}") from error
    return rows


def _detail(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return answer.text[:200]


def _session(row: _SessionJson) -> Session:
    return Session(
        session_id=row.id,
        station_id=row.station_id,
        evse=row.evse,
        transaction_id=row.transaction_id,
        state=row.state,
        driver_id=row.driver_id,
        token=row.token,
        is_by_app=row.intent_id is not None,
        started_at=row.started_at,
        ended_at=row.ended_at,
        energy_wh=row.energy_wh,
        tariff_id=row.tariff_id,
        tariff_version=row.tariff_version,
        cost_incl_vat=row.cost_incl_vat,
        currency=row.currency,
    )


def _reading(row: _ReadingJson) -> Reading:
    assert row.transaction_id is not None  # the caller leaves out what belongs to no transaction
    return Reading(
        station_id=row.station_id, transaction_id=row.transaction_id, at=row.measured_at, register_wh=row.value
    )


def _invoice(row: _InvoiceJson) -> Invoice:
    return Invoice(
        invoice_id=row.id,
        session_id=row.session_id,
        station_id=row.station_id or "",
        driver_id=row.driver_id,
        started_at=row.started_at,
        energy_wh=row.energy_wh or Decimal(0),
        total_incl_vat=row.total_incl_vat,
        currency=row.currency,
        paid=row.paid,
        state=row.state,
        reason=row.reason,
        is_of_charging=row.kind == _CHARGING,
    )


def _stay(row: _StayJson) -> ParkingSession:
    return ParkingSession(
        session_id=row.id,
        bay_id=row.bay_id,
        location_id=row.location_id,
        state=row.state,
        driver_id=row.driver_id,
        started_at=row.started_at,
        ended_at=row.ended_at,
        tariff_id=row.tariff_id,
        tariff_version=row.tariff_version,
        cost_incl_vat=row.cost_incl_vat,
        currency=row.currency,
    )


def _payment(row: _PaymentJson) -> Payment:
    return Payment(
        reference=row.reference,
        invoice_id=row.invoice_id,
        session_id=row.session_id,
        amount=row.amount,
        currency=row.currency,
    )
