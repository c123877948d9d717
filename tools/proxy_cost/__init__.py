"""What the watcher, `ws-sync proxy`, costs whom it stands between."""
