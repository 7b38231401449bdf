"""The queries of payers, sellers and rates of VAT."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from backoffice.billing.models import PayerRow, SellerRow, VatRateRow
from backoffice.kit.database import Unit


async def find_payer(unit: Unit, driver_id: str) -> PayerRow | None:
    """How the driver pays; None by card."""
    return await unit.session.get(PayerRow, (unit.tenant, driver_id))


async def save_payer(unit: Unit, values: dict[str, Any]) -> None:  # Any: a row's columns
    """The driver pays so."""
    statement = insert(PayerRow).values(values)
    await unit.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "driver_id"], set_={name: statement.excluded[name] for name in values}
        )
    )


async def find_seller(unit: Unit) -> SellerRow | None:
    """The tenant, as it stands on invoices."""
    return await unit.session.get(SellerRow, unit.tenant)


async def save_seller(unit: Unit, values: dict[str, Any]) -> None:  # Any: a row's columns
    """The tenant stands so on invoices."""
    statement = insert(SellerRow).values(values)
    await unit.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id"], set_={name: statement.excluded[name] for name in values}
        )
    )


async def find_vat_rate(unit: Unit, country: str, *, on: date) -> VatRateRow | None:
    """The country's rate of that day."""
    return await unit.session.scalar(
        select(VatRateRow)
        .where(VatRateRow.tenant_id == unit.tenant, VatRateRow.country == country, VatRateRow.valid_from <= on)
        .order_by(VatRateRow.valid_from.desc())
        .limit(1)
    )


async def list_vat_rates(unit: Unit) -> Sequence[VatRateRow]:
    """All rates, by country, the newest first."""
    found = await unit.session.scalars(
        select(VatRateRow)
        .where(VatRateRow.tenant_id == unit.tenant)
        .order_by(VatRateRow.country, VatRateRow.valid_from.desc())
    )
    return found.all()


async def save_vat_rate(unit: Unit, values: dict[str, Any]) -> None:  # Any: a row's columns
    """From that day on the country's rate is this."""
    statement = insert(VatRateRow).values(values)
    await unit.session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "country", "valid_from"],
            set_={name: statement.excluded[name] for name in values},
        )
    )
