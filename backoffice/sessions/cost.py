"""What a session costs, by the one pricing function: so far, and at the end."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from backoffice.pricing.calculation import Price, price
from backoffice.pricing.tariff import Tariff, read_tariff
from backoffice.sessions.energy import SessionShape, periods_of

_TARIFFS_REMEMBERED = 256

# A session carries its tariff as OCPI JSON; many sessions carry the same one.
_read = lru_cache(_TARIFFS_REMEMBERED)(read_tariff)


def cost_of(tariff: bytes, shape: SessionShape, *, timezone: str) -> Price:
    """The price of the session, or of what there is of it so far.

    Readings matter only to a tariff with conditions; without any they would make a long session slow to price.
    """
    read = _read(tariff)
    return price(read, periods_of(shape, is_detailed=_has_conditions(read)), timezone=ZoneInfo(timezone))


def currency_of(tariff: bytes) -> str:
    """The currency of an OCPI tariff."""
    return _read(tariff).currency


def is_free(tariff: bytes) -> bool:
    """Whether no session could cost anything."""
    return _read(tariff).is_free


def has_conditions(tariff: bytes) -> bool:
    """Whether it matters to the price when, or how fast, the energy flowed."""
    return _has_conditions(_read(tariff))


def _has_conditions(tariff: Tariff) -> bool:
    return any(element.restrictions is not None for element in tariff.elements)
