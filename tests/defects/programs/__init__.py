"""Programs that show defects; `stage` runs them, in the environment of any release."""
