from ws_sync import Sync

class Notes:
    def __init__(self):
        # my attributes, as usual
        self.title = "My Notes"
        self.notes = []

        # create the sync object and define the key of the object
        self.sync = Sync("NOTES", self)
    
    @property
    def total_length(self):
        return sum(len(note) for note in self.notes)
    
    async def rename(self, new_title):
        self.title = new_title
        await self.sync() # make sure the frontend knows about the change
    
    async def add(self, note):
        self.notes.append(note)
        await self.sync() # make sure the frontend knows about the change
