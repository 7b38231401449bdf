"""Billing: payment methods, holds, invoices and payments."""
