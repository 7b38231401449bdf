"""Block J, meter values (OCPP 2.0.1 J; OCPP 1.6 §4.7)."""
