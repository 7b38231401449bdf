"""A ledger in double entry that only grows and cannot be out of balance; what was billed and paid before is posted."""

import os

import msgspec
import sqlalchemy as sa
from alembic import op
from sqlalchemy.engine import Row

from backoffice.billing import postings
from backoffice.billing.postings import Posting
from backoffice.billing.shares import shares_of
from backoffice.contracts.sessions import PriceLine
from backoffice.kit.alembic.operations import fence_by_tenant
from protocol.domain.identifiers import TenantId
from protocol.domain.money import Money

revision = "0006"
down_revision = "0005"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "ledger_entries",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("transaction_id", sa.Text, primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("amount", sa.Numeric, sa.CheckConstraint("amount <> 0"), nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
    )
    op.create_index("ledger_entries_by_time", "ledger_entries", ["tenant_id", "at", "transaction_id", "line"])
    op.create_index("ledger_entries_of_account", "ledger_entries", ["tenant_id", "account", "at"])
    op.create_index("ledger_entries_of_subject", "ledger_entries", ["tenant_id", "subject"])
    fence_by_tenant("ledger_entries")
    _refuse_what_is_out_of_balance()
    _refuse_changes()
    country = os.environ.get("BILLING_COUNTRY") or "DE"
    op.add_column("invoices", sa.Column("kind", sa.Text, nullable=False, server_default="charging"))
    op.add_column("invoices", sa.Column("country", sa.Text, nullable=False, server_default=country))
    _post_what_is_there()


def _refuse_what_is_out_of_balance() -> None:
    # A batch acts for one tenant after another, and this is asked at its end: it looks as the row's own tenant.
    op.execute("""
        CREATE FUNCTION check_ledger_balance() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            imbalance numeric;
            acting_for text := current_setting('app.tenant', true);
        BEGIN
            PERFORM set_config('app.tenant', NEW.tenant_id, true);
            EXECUTE format(
                'SELECT max(abs(total)) FROM (SELECT sum(amount) AS total FROM %I.%I'
                ' WHERE tenant_id = $1 AND transaction_id = $2 GROUP BY currency) AS totals',
                TG_TABLE_SCHEMA, TG_TABLE_NAME
            ) INTO STRICT imbalance USING NEW.tenant_id, NEW.transaction_id;
            PERFORM set_config('app.tenant', acting_for, true);
            IF imbalance IS DISTINCT FROM 0 THEN
                RAISE EXCEPTION 'ledger transaction % of % is out of balance by %',
                    NEW.transaction_id, NEW.tenant_id, imbalance USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        END $$""")
    op.execute("""
        CREATE CONSTRAINT TRIGGER ledger_is_balanced AFTER INSERT ON ledger_entries
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_ledger_balance()""")


def _refuse_changes() -> None:
    op.execute("""
        CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'the ledger only grows: correct a transaction by another' USING ERRCODE = 'check_violation';
        END $$""")
    op.execute("""
        CREATE TRIGGER ledger_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()""")


def _post_what_is_there() -> None:
    bind = op.get_bind()
    bind.execute(sa.text("SELECT set_config('app.tenant', '*', true)"))
    for invoice in bind.execute(sa.text("SELECT * FROM invoices ORDER BY tenant_id, number")).all():
        _insert(invoice, _issued(invoice), at=invoice.issued_at)
    payments = sa.text("""
        SELECT payments.*, invoices.driver_id, invoices.prepaid_account, payment_methods.provider
        FROM payments
        JOIN invoices ON invoices.tenant_id = payments.tenant_id AND invoices.id = payments.invoice_id
        LEFT JOIN payment_methods ON payment_methods.tenant_id = payments.tenant_id
            AND payment_methods.id = payments.payment_method_id""")
    for payment in bind.execute(payments).all():
        _insert(payment, _captured(payment), at=payment.paid_at)
    top_ups = sa.text("""
        SELECT prepaid_entries.*, prepaid_accounts.currency
        FROM prepaid_entries
        JOIN prepaid_accounts ON prepaid_accounts.tenant_id = prepaid_entries.tenant_id
            AND prepaid_accounts.id = prepaid_entries.account_id
        WHERE amount > 0""")
    for entry in bind.execute(top_ups).all():
        posting = postings.prepaid_topped_up(
            entry.reference,
            Money(entry.amount, entry.currency),
            account_id=entry.account_id,
            into=postings.cash(postings.TILL),
        )
        _insert(entry, posting, at=entry.at)


def _issued(invoice: Row[tuple[object, ...]]) -> Posting:
    return postings.invoice_issued(
        invoice.id,
        owed_by=postings.receivable(invoice.driver_id),
        earned_as=postings.revenue(invoice.kind),
        country=invoice.country,
        currency=invoice.currency,
        shares=shares_of(
            msgspec.convert(invoice.lines, list[PriceLine]),
            total_excl_vat=Money(invoice.total_excl_vat, invoice.currency),
            total_incl_vat=Money(invoice.total_incl_vat, invoice.currency),
        ),
    )


def _captured(payment: Row[tuple[object, ...]]) -> Posting:
    if payment.provider_reference.startswith("prepaid:"):
        into = postings.prepaid(payment.prepaid_account)
    elif payment.provider_reference.startswith("terminal:"):
        into = postings.cash(postings.TERMINAL)
    else:
        into = postings.cash(payment.provider)
    return postings.payment_captured(
        payment.provider_reference,
        Money(payment.amount, payment.currency),
        into=into,
        owed_by=postings.receivable(payment.driver_id),
    )


def _insert(row: Row[tuple[object, ...]], posting: Posting, *, at: object) -> None:
    entries = sa.table(
        "ledger_entries",
        *(sa.column(name) for name in ("tenant_id", "transaction_id", "line", "account", "amount", "currency")),
        *(sa.column(name) for name in ("at", "about", "subject")),
    )
    shared = {
        "tenant_id": row.tenant_id,
        "transaction_id": posting.transaction_id(TenantId(row.tenant_id)),
        "currency": posting.currency,
        "at": at,
        "about": str(posting.about),
        "subject": posting.subject,
    }
    rows = [
        {**shared, "line": number, "account": entry.account, "amount": entry.amount}
        for number, entry in enumerate(posting.entries, start=1)
    ]
    if rows:
        op.get_bind().execute(entries.insert(), rows)
