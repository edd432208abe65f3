"""What may happen to a stream of events without anybody having done wrong."""

from random import Random

Told = tuple[float, str, str]  # Unix seconds, name of the event, its text
TOGETHER = 0.005  # seconds; events so close come now in this order, now in that
LOOSE = frozenset(
    ("Hangup", "Cdr", "QueueMemberStatus", "AgentComplete", "BridgeLeave", "DeviceStateChange", "DialState")
)
TWICE = frozenset(("DialEnd",))


def disorder(events: list[Told], random: Random, rate: float = 0.2) -> list[Told]:
    """Neighbours of one moment change places, and what may come twice does: see tests/fixtures/ami."""
    found = list(events)
    for place in range(len(found) - 1):
        first, second = found[place], found[place + 1]
        loose = first[1] in LOOSE and second[1] in LOOSE and second[0] - first[0] < TOGETHER
        if loose and random.random() < rate:
            found[place], found[place + 1] = second, first
    result: list[Told] = []
    for event in found:
        result.append(event)
        if event[1] in TWICE and random.random() < rate:
            result.append(event)
    return result


def cut_anywhere(data: bytes, random: Random, longest: int = 700) -> list[bytes]:
    """Bytes in pieces of any length, as TCP may bring them."""
    pieces, start = [], 0
    while start < len(data):
        end = start + random.randint(1, longest)
        pieces.append(data[start:end])
        start = end
    return pieces
