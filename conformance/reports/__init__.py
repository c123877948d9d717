"""The outcome of a run as files. Each writer turns a `Report`, which is data, into one text.

    document                        the JSON of a run; the only module that knows a run
    model <- reader                 a `Report`, read from such a JSON, complete or cut off
    templates, wording <- junit, ctrf, markdown, badge, html, comparison     the writers
    bundle, __main__                `--report DIR`, and `ws-sync report`

Received text is escaped where it is written, by the rules of the output format.
"""
