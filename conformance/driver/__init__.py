"""Connections to the side under test: they are opened, recorded, judged and closed here."""
