"""OCPP-J, the RPC layer over WebSocket, without I/O: text in, events out; events decided, text out."""
