"""The only files that touch a socket: the HTTP head, and one file per WebSocket library."""
