"""Tests of the browser client, in Node and in Chromium; `make web` runs them."""
