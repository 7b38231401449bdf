"""The gateway: speaks OCPP with stations and publishes facts; holds no business rule and no SQL."""
