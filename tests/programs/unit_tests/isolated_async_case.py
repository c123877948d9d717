# 0.6.9
"""A test case of the standard library."""

import io
import unittest
from unittest.mock import AsyncMock

from ws_sync import Session, remote_action, sync_all


class Notes:
    @sync_all("NOTES")
    def __init__(self):
        self.notes = []

    @remote_action("ADD")
    async def add(self, note):
        self.notes.append(note)
        await self.sync()


class NotesTest(unittest.TestCase):
    def setUp(self):
        self.session = Session()
        with self.session:
            self.notes = Notes()

    def test_initial(self):
        self.assertEqual(self.notes.notes, [])
        self.assertEqual(self.notes.sync.key, "NOTES")
        self.assertFalse(self.session.is_connected)
        self.assertIn("_ACTION:NOTES", self.session.event_handlers)

    def test_add(self):
        self.session.ws = AsyncMock()
        coroutine = self.notes.add("x")
        try:
            while True:
                coroutine.send(None)
        except StopIteration:
            pass
        self.assertEqual(self.notes.notes, ["x"])


def run():
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(NotesTest)
    result = unittest.TextTestRunner(stream=io.StringIO()).run(suite)
    print(result.testsRun, [str(error[1]).splitlines()[-1] for error in result.failures + result.errors])

DIALOGUE = r"""
>>> run()
    | 2 []
"""
