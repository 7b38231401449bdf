"""Logs as the programs write them: the default renderer of structlog draws every traceback, slowly."""

from backoffice.kit.telemetry import configure_logging

configure_logging("WARNING")
