"""The examples of the document that ws-sync began with, as they stand there."""
