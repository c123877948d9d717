"""Replay files: writes failures to files, runs them again, and collects them as cases.

features, file <- keep: a failure becomes a file
          file <- collect: a file becomes a case <- __main__: the command that replays files
"""
