"""The outcome of a run as files: each writer turns a report, which is data, into one text.

    document           makes the JSON of a run; the only module here that knows a run
    reading <- view    reads such a JSON again, whole or cut off, as a `Report`
    view <- standing   what the cases say of each requirement
    junit, ctrf, markdown, badge, page, comparison     write; they judge nothing and read no file
    folder, __main__   `--report DIR`, and `ws-sync report`

Whatever was received stands in these files as text: it is escaped where it is written, by the
rules of the format that it is written in.
"""
