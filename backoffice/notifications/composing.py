"""A notification in words: templates of each kind and language, in one layout for mail and one for plain text.

Invariants:
1. In HTML everything that is not the template's own is escaped; in plain text nothing is.
2. A variable that a template names and nobody gave is an error, never an empty place in a letter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context

from backoffice.notifications.channels.port import Text
from backoffice.notifications.kinds import RULES, Kind

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("en", "de")
_DECIMAL_POINT = {"en": ".", "de": ","}
_MOMENT = {"en": "%Y-%m-%d %H:%M", "de": "%d.%m.%Y %H:%M"}

# Where in the app somebody finds what it is about.
_PATHS: Mapping[Kind, str] = {
    Kind.SESSION_STARTED: "/sessions/{session_id}",
    Kind.SESSION_COMPLETED: "/sessions/{session_id}",
    Kind.IDLE_WARNING: "/sessions/{session_id}",
    Kind.RECEIPT: "/receipts/{session_id}",
    Kind.PAYMENT_FAILED: "/receipts/{session_id}",
    Kind.RESERVATION_CREATED: "/reservations/{reservation_id}",
    Kind.RESERVATION_SOON: "/reservations/{reservation_id}",
    Kind.RESERVATION_ENDANGERED: "/reservations/{reservation_id}",
    Kind.RESERVATION_CANCELLED: "/reservations/{reservation_id}",
    Kind.RESERVATION_EXPIRED: "/reservations/{reservation_id}",
    Kind.FAULT: "/stations/{station_id}",
    Kind.STATION_OFFLINE: "/stations/{station_id}",
    Kind.ALARM: "/alarms/{alarm_id}",
    Kind.MAINTENANCE: "/closures/{closure_id}",
    Kind.REPORT: "/reports/made/{report_id}",
    Kind.EMAIL_VERIFICATION: "/verify?id={id}&code={code}",
    Kind.PASSWORD_RESET: "/reset-password?id={id}&code={code}",
    Kind.INVITATION: "/accept-invitation?id={id}&code={code}",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a text is for. `language` is one of LANGUAGES; an empty name greets nobody in particular."""

    language: str
    zone: ZoneInfo
    name: str = ""


class Composer:
    """Finds the words."""

    def __init__(self, *, brand: str, app_url: str | None) -> None:
        self._brand = brand
        self._app_url = app_url.rstrip("/") if app_url else None
        self._html = _environment(is_html=True)
        # Plain text has no markup that could be smuggled in.
        self._plain = _environment(is_html=False)

    def compose(
        self, kind: Kind, data: Mapping[str, Any], reader: Reader, *, happened_at: datetime
    ) -> Text:  # Any: JSON
        """The notification for this reader. Raises jinja2's UndefinedError where `data` lacks what the kind needs."""
        url = self._url_of(kind, data)
        variables = {
            **data,
            "happened_at": happened_at.isoformat(),
            "language": reader.language,
            "zone": reader.zone,
            "reader": reader.name,
            "brand": self._brand,
            "has_choice": not RULES[kind].has_code,
            "url": url,
        }
        plain = self._template(self._plain, kind, reader.language)
        html = self._template(self._html, kind, reader.language)
        return Text(
            # A line of its own: a name with a line break in it must begin no other header.
            subject=" ".join(_block(plain, "subject", variables).split()),
            sentence=_block(plain, "sentence", variables),
            plain=plain.render(variables, layout="layout.txt").strip() + "\n",
            html=html.render(variables, layout="layout.html"),
            url=url,
        )

    def _url_of(self, kind: Kind, data: Mapping[str, Any]) -> str | None:  # Any: JSON
        if self._app_url is None or kind not in _PATHS:
            return None
        quoted = {name: quote(str(value), safe="") for name, value in data.items()}
        return self._app_url + _PATHS[kind].format(**quoted)

    @staticmethod
    def _template(environment: Environment, kind: Kind, language: str) -> Template:
        return environment.get_template(f"{language}/{kind}.jinja")


def language_of(*wanted: str | None, default: str) -> str:
    """The first of these languages that we speak: `de-AT` is spoken as `de`."""
    spoken = (tag.partition("-")[0].lower() for tag in wanted if tag)
    return next((language for language in spoken if language in LANGUAGES), default)


def _environment(*, is_html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=is_html,  # noqa: S701 - off for plain text alone
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"moment": _moment, "number": _number, "kwh": _kwh, "place": _place}
    return environment


def _block(template: Template, name: str, variables: Mapping[str, Any]) -> str:  # Any: what templates take
    return "".join(template.blocks[name](template.new_context(dict(variables)))).strip()


@pass_context
def _moment(context: Context, text: str) -> str:
    """A point in time, by the reader's clock."""
    # As everywhere here: `str` of a variable that nobody gave is jinja2's own error, which says its name.
    local = datetime.fromisoformat(str(text)).astimezone(context["zone"])
    return f"{local:{_MOMENT[context['language']]}}"


@pass_context
def _number(context: Context, text: str, places: int = 2) -> str:
    """A decimal number as the reader writes it."""
    return f"{Decimal(str(text)):.{places}f}".replace(".", _DECIMAL_POINT[context["language"]])


@pass_context
def _kwh(context: Context, energy_wh: str) -> str:
    return f"{_number(context, str(Decimal(str(energy_wh)) / 1000), 3)} kWh"


@pass_context
def _place(context: Context, place: Mapping[str, Any]) -> str:  # Any: JSON
    """An EVSE or a parking bay."""
    if place.get("bay_id") is not None:
        return ("Stellplatz " if context["language"] == "de" else "bay ") + str(place["bay_id"])
    return f"{place['station_id']}, EVSE {place['evse']}"
