"""Block B, provisioning: boot, variables, reset (OCPP 2.0.1 B; OCPP 1.6 §4.2, §5.3, §5.8, §5.14)."""
