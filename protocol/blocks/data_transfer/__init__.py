"""Block P, data transfer: what only a vendor and its CSMS understand (OCPP 2.0.1 P; OCPP 1.6 §4.3, §5.6)."""
