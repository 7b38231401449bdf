"""Telemetry: meter readings and station events, kept and shown."""
