# 0.5.1
"""Attributes that are missing are refused with an AssertionError; so is an object without any."""

from ws_sync import Session, Sync


class Notes:
    title = "T"


class Empty:
    pass


with Session() as session:
    for obj, names in ((Notes(), {"missing": ...}), (Empty(), {})):
        try:
            Sync("NOTES", obj, **names)
            print("made")
        except AssertionError:
            print("AssertionError")

DIALOGUE = r"""
    0.5.1: | AssertionError
    0.5.1: | AssertionError
    here: | AssertionError
    here: | made
"""
