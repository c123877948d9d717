"""Runs one of them: `python -m tests.mutants.clients NAME URL`."""

import asyncio
import sys

from tests.mutants.clients.catalogue import kinds

if __name__ == "__main__":
    asyncio.run(kinds()[sys.argv[1]](sys.argv[2]).run())
