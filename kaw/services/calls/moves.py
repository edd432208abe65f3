"""Channels that change their call.

An attended transfer or a pickup brings a channel that began in a call of its own into another: from then on its
events carry the other call's Linkedid. Both calls must know: the one that it left, and the one that got it.
"""

from collections.abc import Collection

from kaw.telephony import events as e

TELLS = (e.Source.LIVE, e.Source.CDR)


def touched(event: e.CallEvent) -> tuple[str, ...]:
    """The channels an event is about."""
    dest = getattr(event, "dest", "")
    return (event.channel, dest) if dest and dest != event.channel else (event.channel,)


def _last(events: Collection[e.CallEvent]) -> tuple[bool, float]:
    """When a channel was heard of last in a call; a row of the CDR stands under the call it ended in."""
    return any(isinstance(event, e.CdrRow) for event in events), max(event.at for event in events)


def move(channel: str, one: Collection[e.CallEvent], other: Collection[e.CallEvent]) -> list[e.CallEvent]:
    """What follows from a channel being in two calls, as facts of both; the events of each call are given.

    The call in which it was heard of last is where it went to. Later facts may tell of an earlier move: the earliest
    counts, so that the order in which facts come makes no difference.
    """
    here = [event for event in one if channel in touched(event) and event.source in TELLS]
    there = [event for event in other if channel in touched(event) and event.source in TELLS]
    if not here or not there:
        return []
    if _last(here) > _last(there):
        here, there = there, here
    old, new, at = here[0].call, there[0].call, min(event.at for event in there)
    opened = next((event for event in here if isinstance(event, e.ChannelOpened) and event.channel == channel), None)
    found: list[e.CallEvent] = [e.ChannelMoved(at, e.Source.KAW, old, channel, new)]
    if opened is not None:
        found.append(e.ChannelOpened(at, e.Source.KAW, new, channel, opened.name, "", ""))
    bridges = {event.bridge for event in (*one, *other) if isinstance(event, e.BridgeEntered) and event.call == new}
    found += [
        e.BridgeEntered(event.at, e.Source.LIVE, new, channel, event.bridge)
        for event in here
        if isinstance(event, e.BridgeEntered) and event.channel == channel and event.bridge in bridges
    ]
    return found
