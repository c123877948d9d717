"""The matrix of mutants against cases, of servers and of clients.

    catalogue <- result <- judging, page, client_page <- command

`tools.run_mutants` and `tools.run_client_mutants` are its two commands.
"""
