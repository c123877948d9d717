"""Clients that read slowly or not at all, beside many that do: who suffers, and what it costs."""
