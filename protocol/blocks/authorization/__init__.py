"""Block C, authorization (OCPP 2.0.1 C; OCPP 1.6 §4.1, §5.4)."""
