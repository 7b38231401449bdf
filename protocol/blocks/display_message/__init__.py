"""Block O, display messages: what a station shows its drivers (OCPP 2.0.1 O01 to O06)."""
