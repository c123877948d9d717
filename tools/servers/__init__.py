"""Run the kit against the reference under every server and in every framework."""
