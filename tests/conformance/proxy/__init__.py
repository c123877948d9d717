"""The watcher, from its parts to the command."""
