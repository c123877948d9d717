"""Makes the kit of this folder: `pytest conformance --server-url ws://…`."""

from conformance.plugin import *  # noqa: F403 - the hooks and fixtures are the module
