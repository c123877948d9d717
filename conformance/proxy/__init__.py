"""A proxy that judges both sides of the connections that it forwards.

Bytes are forwarded as they come, before a copy of them is judged.

    frame_reader, patching <- copies <- documents <- judge <- watcher   the judging, without I/O
    http_head <- forwarder                                              the forwarding
    record, findings <- watcher <- terminal, feed <- live_page          the output
    rerun, export                                                       replay files and the report
"""
