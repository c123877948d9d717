"""The asyncio side of a session: connections, state, tasks, limits."""
