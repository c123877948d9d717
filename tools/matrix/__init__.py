"""The matrix of mutants against cases: run, judged, shown. The command is `tools.run_mutants`.

result <- judging, page <- run_mutants
"""
