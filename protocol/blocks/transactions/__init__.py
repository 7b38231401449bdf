"""Block E, transactions (OCPP 2.0.1 E; OCPP 1.6 §4.8, §4.10)."""
