"""Block D, the local authorization list (OCPP 2.0.1 D; OCPP 1.6 §3.5.2, §5.10, §5.15)."""
