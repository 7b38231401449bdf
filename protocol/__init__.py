"""The OCPP vocabulary and its dialects: pure Python, no I/O; imports no other package of ours."""
