"""Generated sequences: random programs are drawn, run and shrunk."""
