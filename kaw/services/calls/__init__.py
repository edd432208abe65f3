"""Call records from what the PBX tells.

``channels`` gathers the facts of one call by channel, ``legs`` says when each phone rang and talked, ``queue_entries``
how its stays in queues went, and ``rules`` what they mean together: which way it went (``sides``), what came of it
(``results``), who hung up (``endings``). ``timeline`` makes operators' states of all calls; ``recorder`` keeps the
tables, ``misses`` closes missed calls in them, ``recovery`` fills gaps from queue log and CDR. All but the last three
are pure: the same facts give the same records, in whatever order and however often they came.
"""
