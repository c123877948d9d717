"""Failures as files: how they are written, run again, and collected as cases of their own.

features, file <- keep: a failure becomes a file
          file <- collect: a file becomes a case <- __main__: the command that replays files
"""
