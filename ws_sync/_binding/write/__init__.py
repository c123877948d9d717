"""The write path: a patch of the client becomes the smallest change of live objects.

`overlay` applies the patch to `cells`, opened only where it goes; `difference` and `arrays` compare
each position before and after, and plan `edits`; `fields` validates changed members by the object's
own class, on `copies`; `write` commits the edits, and undoes them if anything raises. `schemas`,
`classes`, `names` and `structures` say what a value is made of, and what of it goes out. `views`
read what the write has touched, for the answer to the client.
"""
