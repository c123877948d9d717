"""The reference under every server and in every framework, judged by the kit."""
