"""The back-office services, which live on the facts that the gateway publishes."""
