"""Clients that read slowly or not at all: their effect on other clients, and on memory."""
