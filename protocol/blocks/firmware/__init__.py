"""Block L, firmware (OCPP 2.0.1 L; OCPP 1.6 §4.5, §5.19; Security whitepaper L01)."""
