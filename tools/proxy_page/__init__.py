"""The watcher's page, looked at in a browser while a client works through the proxy."""
