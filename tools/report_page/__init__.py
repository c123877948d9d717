"""Pages of reports to look at in a browser: `python -m tools.report_page`, then `look.mjs` here."""
