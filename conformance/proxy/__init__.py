"""The watcher: it sits between any client and any server, and says what is wrong as it happens.

Bytes are passed on as they come, before anything is judged; what is judged is a copy of them.

    frames, reading, shapes, patching: pure  <-  copies <- judge: what a connection may carry
    head <- tunnel: bytes from one socket to the other, and how either ends
    findings, record <- watcher: what is known  <-  terminal, page, files: how it is told
"""
