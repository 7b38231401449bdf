"""Block F, remote control (OCPP 2.0.1 F; OCPP 1.6 §5.11, §5.12, §5.17, §5.18)."""
