"""The wire types of each OCPP version: msgspec Structs made from the Open Charge Alliance's JSON schemas."""
