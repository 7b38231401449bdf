"""Every kind is said in every language, whole, and what others wrote stays text."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError

from backoffice.notifications.channels.port import Text
from backoffice.notifications.composing import LANGUAGES, Composer, Reader, language_of
from backoffice.notifications.kinds import Kind
from tests.backoffice.notifications.samples import DATA

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 11, 2, 12, 30, tzinfo=UTC)
COMPOSER = Composer(brand="Volt & Söhne", app_url="https://app.example.org/")
EVERY = [(kind, language) for kind in DATA for language in LANGUAGES]


class _Tags(HTMLParser):
    """The tags of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]


def compose(kind: Kind, language: str = "en", name: str = "Ada", **data: object) -> Text:
    return COMPOSER.compose(kind, {**DATA[kind], **data}, Reader(language, BERLIN, name), happened_at=AT)


def test_every_kind_but_the_trial_has_a_sample() -> None:
    assert set(DATA) == set(Kind) - {Kind.TEST}


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_kind_is_said_in_every_language(kind: Kind, language: str) -> None:
    text = compose(kind, language)

    assert text.subject
    assert "\n" not in text.subject
    assert text.sentence in text.plain
    assert {"en": "Hello Ada,", "de": "Guten Tag Ada,"}[language] in text.plain
    assert f'<html lang="{language}">' in text.html
    assert text.url is not None
    assert text.url in text.plain
    assert _Tags(text.html).links == [text.url]
    assert "{" not in text.plain + text.html
    assert "None" not in text.plain


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_what_others_wrote_is_text_in_every_page(kind: Kind, language: str) -> None:
    evil = "<script>alert(1)</script>"
    harmless = _Tags(compose(kind, language).html).tags

    data = {name: evil for name, value in DATA[kind].items() if isinstance(value, str) and name in ("reason", "code")}
    page = compose(kind, language, name=evil, station_id=evil, location_id=evil, **data).html

    assert _Tags(page).tags == harmless
    assert "&lt;script&gt;" in page


def test_same_name_is_itself_in_plain_text() -> None:
    assert "Hello O'Neill & <Son>," in compose(Kind.RECEIPT, name="O'Neill & <Son>").plain


def test_subject_is_one_line_whatever_a_station_is_called() -> None:
    assert compose(Kind.FAULT, station_id="X\r\nBcc: all@example.org").subject.splitlines() == [
        "Fault at X Bcc: all@example.org, EVSE 1"
    ]


def test_missing_variable_is_an_error_and_no_gap() -> None:
    with pytest.raises(UndefinedError):
        COMPOSER.compose(Kind.RECEIPT, {"session_id": "s-1"}, Reader("en", BERLIN), happened_at=AT)


@pytest.mark.parametrize(
    ("language", "money", "energy", "moment"),
    [("en", "4.62 EUR", "12.345 kWh", "2026-11-02 13:30"), ("de", "4,62 EUR", "12,345 kWh", "02.11.2026 13:30")],
)
def test_numbers_and_times_are_the_readers(language: str, money: str, energy: str, moment: str) -> None:
    plain = compose(Kind.SESSION_COMPLETED, language).plain

    assert money in plain
    assert energy in plain
    assert moment in plain


def test_code_is_in_the_letter_and_in_its_link() -> None:
    text = compose(Kind.PASSWORD_RESET, code="a&b")

    assert text.url == "https://app.example.org/reset-password?id=v-2&code=a%26b"
    assert "preferences" not in text.plain, "nobody chose it"


def test_without_an_app_there_is_no_link() -> None:
    text = Composer(brand="B", app_url=None).compose(
        Kind.RECEIPT, DATA[Kind.RECEIPT], Reader("en", BERLIN), happened_at=AT
    )

    assert text.url is None
    assert "Hello,\n" in text.plain
    assert not _Tags(text.html).links


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [((None, "de-AT"), "de"), (("en", "de"), "en"), (("fr", ""), "en"), ((), "en"), (("DE",), "de")],
)
def test_language_is_the_first_wanted_that_is_spoken(wanted: tuple[str | None, ...], spoken: str) -> None:
    assert language_of(*wanted, default="en") == spoken
