"""Block K, smart charging (OCPP 2.0.1 K; OCPP 1.6 §3.13, §5.5, §5.7, §5.16)."""
