"""The time zone of a place: by its name, else by its country where that has only one."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backoffice.pricing.errors import UnknownTimezone

# ISO 3166-1 alpha-3, as OCPI 2.2.1 §10.4.4 CdrLocation has it. Countries with several zones in daily use are left out;
# islands far away are not counted.
_ZONE_OF_COUNTRY: Mapping[str, str] = {
    "ALB": "Europe/Tirane",
    "AND": "Europe/Andorra",
    "ARE": "Asia/Dubai",
    "AUT": "Europe/Vienna",
    "BEL": "Europe/Brussels",
    "BGR": "Europe/Sofia",
    "BIH": "Europe/Sarajevo",
    "CHE": "Europe/Zurich",
    "CYP": "Asia/Nicosia",
    "CZE": "Europe/Prague",
    "DEU": "Europe/Berlin",
    "DNK": "Europe/Copenhagen",
    "ESP": "Europe/Madrid",
    "EST": "Europe/Tallinn",
    "FIN": "Europe/Helsinki",
    "FRA": "Europe/Paris",
    "GBR": "Europe/London",
    "GRC": "Europe/Athens",
    "HRV": "Europe/Zagreb",
    "HUN": "Europe/Budapest",
    "IND": "Asia/Kolkata",
    "IRL": "Europe/Dublin",
    "ISL": "Atlantic/Reykjavik",
    "ISR": "Asia/Jerusalem",
    "ITA": "Europe/Rome",
    "JPN": "Asia/Tokyo",
    "KOR": "Asia/Seoul",
    "LIE": "Europe/Vaduz",
    "LTU": "Europe/Vilnius",
    "LUX": "Europe/Luxembourg",
    "LVA": "Europe/Riga",
    "MCO": "Europe/Monaco",
    "MDA": "Europe/Chisinau",
    "MKD": "Europe/Skopje",
    "MLT": "Europe/Malta",
    "MNE": "Europe/Podgorica",
    "NLD": "Europe/Amsterdam",
    "NOR": "Europe/Oslo",
    "NZL": "Pacific/Auckland",
    "POL": "Europe/Warsaw",
    "PRT": "Europe/Lisbon",
    "ROU": "Europe/Bucharest",
    "SGP": "Asia/Singapore",
    "SMR": "Europe/San_Marino",
    "SRB": "Europe/Belgrade",
    "SVK": "Europe/Bratislava",
    "SVN": "Europe/Ljubljana",
    "SWE": "Europe/Stockholm",
    "TUR": "Europe/Istanbul",
    "UKR": "Europe/Kyiv",
    "ZAF": "Africa/Johannesburg",
}


def timezone_named(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises UnknownTimezone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownTimezone(name) from error


def timezone_of_country(alpha3: str) -> ZoneInfo | None:
    """The one zone of a country; None where it has several, or we do not know."""
    name = _ZONE_OF_COUNTRY.get(alpha3.upper())
    return timezone_named(name) if name else None
