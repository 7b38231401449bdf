"""Block I, tariff and cost (OCPP 2.0.1 I)."""
