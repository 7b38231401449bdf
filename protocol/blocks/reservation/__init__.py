"""Block H, reservation (OCPP 2.0.1 H; OCPP 1.6 §3.12, §5.1, §5.13)."""
