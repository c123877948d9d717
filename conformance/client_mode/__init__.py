"""Client mode: the kit is the server, and judges the client that connects to it."""
