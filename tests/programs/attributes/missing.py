# 0.6.9
"""Attributes that are missing are refused with an AssertionError."""

from ws_sync import Session, Sync


class Notes:
    title = "T"
    other = 1


def attempt(**options):
    try:
        Sync(Notes(), "NOTES", **options)
        print("made")
    except AssertionError as error:
        print("AssertionError")


with Session() as session:
    attempt(include={"missing": ...})
    attempt(sync_all=True, exclude=["missing"])
    attempt(sync_all=True, include={"title": "t"}, exclude=["title"])
    try:
        Sync.only(Notes(), "NOTES", nothing=...)
    except AssertionError as error:
        print("AssertionError")

DIALOGUE = r"""
    | AssertionError
    | AssertionError
    | AssertionError
    | AssertionError
connect
"""
