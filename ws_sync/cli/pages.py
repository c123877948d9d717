"""The pages beside what is served: whether they are offered, and where they are.

They show and change whatever the application holds, so they are for the developer's own machine.
"""

from __future__ import annotations

import ipaddress
from dataclasses import replace

from ws_sync.cli.service import Service
from ws_sync.web.pages import DEMO, DEVTOOLS


def offer(service: Service, host: str, transport: str, demo: bool) -> Service:
    """Return a service with its pages beside it, if it is served to this machine alone."""
    if transport != "uvicorn" or not _is_loopback(host):
        return service
    return replace(service, home=DEMO if demo else DEVTOOLS)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
