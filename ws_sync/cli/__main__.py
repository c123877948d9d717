"""`python -m ws_sync.cli`."""

import sys

from ws_sync.cli import main

sys.exit(main())
