"""Block N, diagnostics: logs and their upload (OCPP 2.0.1 N01; OCPP 1.6 §4.4, §5.9; Security whitepaper N01)."""
