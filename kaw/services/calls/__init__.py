"""Call records from what the PBX tells.

``channels`` gathers the facts of one call by channel, ``queue_entries`` those of its queues, ``rules`` says what they
mean together, ``timeline`` makes operators' states of all calls; ``recorder`` keeps the tables, ``misses`` closes
missed calls in them, ``recovery`` fills gaps from queue log and CDR. The first four are pure: the same facts give the
same records, in whatever order and however often they came.
"""
