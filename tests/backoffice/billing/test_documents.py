"""Documents as PDF: what is on them, in whatever letters, and for whom."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from backoffice.kit.auth import Role
from backoffice.kit.testing import eventually
from protocol.domain.identifiers import TenantId
from tests.backoffice.billing.test_billing import Bench, bench as bench
from tests.backoffice.billing.test_credits import get, paid_invoice, refund, refunds_in, session
from tests.backoffice.billing.test_payers import MONTH, bill, end_month
from tests.backoffice.billing.test_taxation import put

pytestmark = pytest.mark.slow

SELLER = {
    "name": "Ładowarki Ωμέγα Зарядка GmbH",
    "street": "Gęsia 1",
    "postal_code": "10115",
    "city": "Berlin",
    "country": "DE",
    "vat_number": "DE123456789",
}
BUYER = SELLER | {"name": "Straße & Søn", "vat_number": None}


async def pdf(bench: Bench, path: str, headers: dict[str, str] | None = None) -> str:
    """The text of a PDF, with single spaces."""
    answer = await bench.place.http.get(f"/api/v1/billing/{path}", headers=headers or bench.place.operator_headers())
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


async def test_invoice_says_who_what_and_how_much_in_their_own_letters(bench: Bench) -> None:
    await put(bench, "seller", SELLER)
    await put(bench, "payers/driver-1", {"kind": "card", "buyer": BUYER})
    invoice = await paid_invoice(bench)

    text = await pdf(bench, f"invoices/{invoice}/pdf")

    for said in (
        "Ładowarki Ωμέγα Зарядка GmbH", "Gęsia 1", "VAT number DE123456789", "Straße & Søn", "Invoice 1",
        "charging, station CP001, EVSE 1", "20.000 kWh", "Energy 10 kWh", "Parking time 1 h", "19 % 5.00 0.95 5.95",
        "7 % 2.00 0.14 2.14", "Total without VAT 7.00 EUR", "VAT 1.09 EUR", "Total 8.09 EUR",
    ):  # fmt: skip
        assert said in text, text


async def test_receipt_says_what_paid_and_a_credit_note_what_it_credits(bench: Bench) -> None:
    invoice = await paid_invoice(bench)
    note = (await refund(bench, invoice, "4.00")).json()
    await refunds_in(bench, "done")

    receipt = await pdf(bench, "receipts/s1/pdf")
    credit = await pdf(bench, f"credit-notes/{note['id']}/pdf")

    assert "Receipt for invoice 1" in receipt
    assert "visa …4242 -8.09 EUR" in receipt
    assert "Credited -4.00 EUR" in receipt
    assert "Paid back, or on its way 4.00 EUR" in receipt
    assert "Still due 0.00 EUR" in receipt
    assert "Credit note 1" in credit
    assert "Reason goodwill" in credit
    assert "Credited 4.00 EUR" in credit


async def test_month_lists_everything_and_its_totals_add_up(bench: Bench) -> None:
    invoice = await paid_invoice(bench)
    await refund(bench, invoice, "4.00")
    await refunds_in(bench, "done")

    own = await pdf(bench, f"months/{MONTH}/pdf", bench.place.driver_headers())
    by_operator = await pdf(bench, f"drivers/driver-1/months/{MONTH}/pdf")

    assert own == by_operator
    for said in (
        "Invoice 1 (charging)",
        "Credit note 1",
        "Payment",
        "Paid back",
        "Billed 8.09 EUR",
        "Owed after 0.00 EUR",
    ):
        assert said in own, own


async def test_statement_on_account_says_what_is_to_be_paid(bench: Bench) -> None:
    await put(bench, "seller", SELLER)
    await put(bench, "payers/driver-1", {"kind": "account", "buyer": BUYER})
    await bill(bench, session("s1"), session("s2"))
    (statement,) = await end_month(bench)
    path = f"statements/{statement['id']}"

    listed = await get(bench, path)
    before = await pdf(bench, f"{path}/pdf", bench.place.driver_headers())
    await bench.place.http.post(f"/api/v1/billing/{path}/paid", headers=bench.place.headers_of(Role.FINANCE))
    after = await pdf(bench, f"{path}/pdf")
    others = await bench.place.http.get(f"/api/v1/billing/{path}", headers=bench.place.driver_headers("driver-2"))

    assert [one["total_incl_vat"] for one in listed["invoices"]] == ["8.09", "8.09"]
    assert "To be paid 16.18 EUR" in before
    assert "Straße & Søn" in before
    assert "To be paid 0.00 EUR" in after
    assert others.status_code == 404


async def test_long_invoice_has_more_pages(bench: Bench) -> None:
    event = session()
    await bench.add_card()
    lines = event.lines * 60
    many = type(event)(**{name: getattr(event, name) for name in event.__struct_fields__} | {"lines": lines})
    receipt = await bench.complete(many)

    answer = await bench.place.http.get(
        f"/api/v1/billing/invoices/{receipt['invoice']['id']}/pdf", headers=bench.place.operator_headers()
    )

    assert len(PdfReader(io.BytesIO(answer.content)).pages) == 3


async def test_documents_are_for_whose_they_are(bench: Bench) -> None:
    invoice = await paid_invoice(bench)
    note = (await refund(bench, invoice, "4.00")).json()
    place = bench.place

    async def status(path: str, headers: dict[str, str]) -> int:
        return (await place.http.get(f"/api/v1/billing/{path}", headers=headers)).status_code

    paths = [f"invoices/{invoice}/pdf", "receipts/s1/pdf", f"credit-notes/{note['id']}/pdf"]
    for path in paths:
        assert await status(path, place.driver_headers()) == 200
        assert await status(path, place.driver_headers("driver-2")) == 404
        assert await status(path, place.operator_headers(tenant=TenantId("other"))) == 404
        assert await status(path, {}) == 401
    assert await status(f"drivers/driver-1/months/{MONTH}/pdf", place.driver_headers()) == 403
    assert await status("months/2026-13/pdf", place.driver_headers()) == 422


async def test_free_document_and_zero_rows_are_printed(bench: Bench) -> None:
    await put(bench, "payers/driver-1", {"kind": "free"})

    async def invoiced() -> Any:
        return (await get(bench, "invoices"))["items"]

    await bench.place.publish_domain(session(), key="s1")
    (invoice,) = await eventually(invoiced)

    text = await pdf(bench, f"invoices/{invoice['id']}/pdf")

    assert "Discount 1" in text
    assert "Total 0.00 EUR" in text
