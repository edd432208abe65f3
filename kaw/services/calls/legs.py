"""When an operator's phone rang, dialled and talked."""

from typing import TypeGuard

from kaw.models import LegResult
from kaw.services.calls.channels import Channel, Facts
from kaw.services.calls.parties import Parties
from kaw.services.calls.records import LegRecord
from kaw.telephony import events as e
from kaw.telephony.events import Source
from kaw.telephony.names import is_local

REJECTED = {17, 21}  # user busy, call rejected: the button, since the queue calls no busy phone
STATUS = {
    "NOANSWER": LegResult.NO_ANSWER,
    "BUSY": LegResult.REJECTED,
    "CANCEL": LegResult.CANCELLED,
    "ANSWER": LegResult.ANSWERED,
}


def legs_of(facts: Facts, parties: Parties) -> list[LegRecord]:
    """Every phone and line of a call, by the time they came into it; Asterisk's own loops are left out."""
    together, found_together = _together(facts, live=True), _together(facts, live=False)
    legs = [
        _leg(facts, channel, parties, together, found_together)
        for channel in facts.channels.values()
        if _is_party(channel)
    ]
    legs += [
        leg
        for channel in facts.channels.values()
        if is_local(channel.name) and (leg := _loop_leg(facts, channel, legs)) is not None
    ]
    return sorted(legs, key=lambda leg: (leg.started, leg.uniqueid))


def _is_party(channel: Channel) -> bool:
    return bool(channel.name) and not is_local(channel.name) and channel.opened is not None


def _leg(
    facts: Facts, channel: Channel, parties: Parties, together: dict[str, float], found_together: dict[str, float]
) -> LegRecord:
    operator = parties.operator_of(channel.name)
    leg = LegRecord(
        uniqueid=channel.uniqueid,
        channel=channel.name,
        operator=operator,
        number=channel.number if operator is None else "",
        started=_began(channel),
        answered=_talk_began(facts, channel, operator is not None, together),
        over=channel.is_over,
        rings=any(dial.channel for dial in channel.dialled_by) or bool(channel.called) or bool(channel.connected),
    )
    if leg.answered is None:
        leg.found_talking = found_together.get(channel.uniqueid)  # it went on when KAW came back
    leg.talked = leg.answered is not None or leg.found_talking is not None
    leg.talked = leg.talked or (
        operator is not None and not channel.tried and not channel.bridges and bool(_talks_in_cdr(facts, channel))
    )
    leg.ended = _talk_ended(facts, channel) if leg.talked else channel.ended
    leg.over = leg.over or leg.ended is not None
    leg.alive = channel.alive if leg.ended is None else None
    leg.result = _result(channel, leg)
    leg.hold_ms = _held(channel, leg)
    return leg


def _loop_leg(facts: Facts, channel: Channel, legs: list[LegRecord]) -> LegRecord | None:
    """A queue member behind Asterisk's loop, when no phone of his own shows (an answering machine, a mobile).

    The loop itself may go when he has answered, and he talks on.
    """
    if not channel.called and not channel.connected:
        return None
    source = (channel.connected or channel.called)[0]
    operator = Parties.member_of(source.interface)
    if any(leg.operator == operator for leg in legs):
        return None
    leg = LegRecord(channel.uniqueid, channel.name, operator, "", _began(channel), rings=True, over=channel.is_over)
    leg.answered = channel.connected[0].at if channel.connected else None
    leg.talked = leg.answered is not None
    leg.ended = _loop_talk_ended(facts, channel) if leg.talked else channel.ended
    leg.over = leg.ended is not None or (channel.is_over and not leg.talked)
    leg.result = _result(channel, leg)
    return leg


def _loop_talk_ended(facts: Facts, channel: Channel) -> float | None:
    """As the queue tells it, live rather than in its log; else with the caller."""
    told = [event for event in facts.queue_events if completes(event, channel)]
    told.sort(key=lambda event: event.source is not Source.LIVE)
    if told:
        return told[0].at
    return facts.first.ended if facts.first is not None else None


def _began(channel: Channel) -> float:
    known = [dial.at for dial in channel.dialled_by] + [call.at for call in channel.called]
    return min(known) if known else channel.opened or 0.0


def _together(facts: Facts, *, live: bool) -> dict[str, float]:
    """When each channel first had company in a bridge, by its id; ``live``: as seen when it happened."""
    moves = sorted(
        (event for channel in facts.channels.values() for event in channel.bridges),
        key=lambda event: (event.at, isinstance(event, e.BridgeEntered)),
    )
    inside: dict[str, set[str]] = {}
    first: dict[str, float] = {}
    seen: dict[str, Source] = {}
    for event in moves:
        people = inside.setdefault(event.bridge, set())
        if isinstance(event, e.BridgeLeft):
            people.discard(event.channel)
            continue
        people.add(event.channel)
        seen[event.channel] = event.source
        if len(people) > 1 and (not live or all(seen[channel] is Source.LIVE for channel in people)):
            for channel in people:
                first.setdefault(channel, event.at)
    return first


def _talk_began(facts: Facts, channel: Channel, is_operator: bool, together: dict[str, float]) -> float | None:
    """Live events first; else the queue log; else the CDR, whose answer time may be the first channel's."""
    live = [together[channel.uniqueid]] if channel.uniqueid in together else []
    live += [event.at for event in channel.connected if event.source is Source.LIVE]
    live += [end.at for end in channel.ends if end.status == "ANSWER" and end.channel]
    for dial in channel.dials:
        dest = facts.channels.get(dial.dest)
        if dest is not None:
            live += [end.at for end in dest.ends if end.status == "ANSWER" and end.channel == channel.uniqueid]
    found = _found_talking(channel)
    if live and (found is None or min(live) <= found):
        return min([*live, *_unheard(facts, channel, together)] if is_operator else live)
    if is_operator and _talks_to_pbx(facts, channel):
        return channel.up
    logged = [event.at for event in channel.connected]
    if logged:
        return min(logged)
    if channel.tried or (channel.bridges and found is None):
        return None  # live events tell how it ended, and it was not by a talk
    known = [row.answered_at for row in _talks_in_cdr(facts, channel) if _knows_talk(facts, row, channel)]
    return min((moment for moment in known if moment is not None), default=None)


def _unheard(facts: Facts, channel: Channel, together: dict[str, float]) -> list[float]:
    """When a caller's talks began before he was given to somebody else, with whom nobody heard him talk."""
    heard = {other.name for other in facts.channels.values() if other.tried or other.uniqueid in together}
    rows = [row for row in _talks_in_cdr(facts, channel) if row.channel == channel.uniqueid and row.other not in heard]
    return [row.answered_at for row in rows if row.answered_at is not None and _knows_talk(facts, row, channel)]


def _found_talking(channel: Channel) -> float | None:
    """When it was found in a bridge that nobody saw it enter. It may enter while the present is being read."""
    found: e.BridgeEntered | None = None
    for event in _moves(channel):
        if isinstance(event, e.BridgeLeft):
            break
        if event.source is Source.LIVE and (found is None or event.bridge == found.bridge):
            return None
        found = found or event
    return None if found is None else found.at


def _talks_to_pbx(facts: Facts, channel: Channel) -> bool:
    """An operator alone with an application of the PBX: an echo test, a message, listening in."""
    alone = len(facts.channels) == 1 and not channel.dials and not facts.rows and facts.asked is None
    return alone and channel.up is not None and channel.is_over  # before, the dialplan may still dial


def _talks_in_cdr(facts: Facts, channel: Channel) -> list[e.CdrRow]:
    """Answered rows of a channel. Of Queue only where there is no log, whose rows begin when the caller came, or
    after the member gave the caller away."""
    given_away = min((event.at for event in facts.queue_events if _gives_away(event)), default=float("inf"))
    rows = [row for row in channel.cdr if row.disposition == "ANSWERED"]
    if facts.joins:
        rows = [row for row in rows if row.application != "Queue" or row.at >= given_away - 1]
    if channel.cdr:
        return rows
    own = [row for row in facts.rows if row.channel == channel.uniqueid and row.disposition == "ANSWERED"]
    if any(row.other for row in facts.rows):
        return [row for row in own if row.other and row.application != "Queue"]
    return own


def _gives_away(event: e.CallEvent) -> bool:
    return isinstance(event, e.MemberCompleted) and event.reason == "transfer"


def _knows_talk(facts: Facts, row: e.CdrRow, channel: Channel) -> bool:
    """Rows tell when their first channel was answered. It was before, of a transfer by the other side or a
    click-to-call by the operator himself: then they do not say when the talk began."""
    before = [other for other in facts.rows if other.channel == row.channel and other.sequence < row.sequence]
    was_up = any(other.answered_at is not None and other.answered_at <= row.at for other in before)
    return row.answered_at is not None and not was_up and (row.channel != channel.uniqueid or row.number != row.dialled)


def _moves(channel: Channel) -> list[e.BridgeEntered | e.BridgeLeft]:
    """Into bridges and out of them, by time."""
    return sorted(channel.bridges, key=lambda event: (event.at, isinstance(event, e.BridgeEntered)))


def _talk_ended(facts: Facts, channel: Channel) -> float | None:
    moves = _moves(channel)
    if moves and isinstance(moves[-1], e.BridgeLeft):
        return moves[-1].at
    if channel.closed is not None or channel.moved is not None:
        return channel.ended
    completed = [event.at for event in facts.queue_events if completes(event, channel)]
    by_cdr = max((row.ended_at for row in _talks_in_cdr(facts, channel)), default=channel.ended)
    return min(completed, default=by_cdr)


def completes(event: e.CallEvent, channel: Channel) -> TypeGuard[e.MemberCompleted]:
    """The queue says that the member's part is over. It has no channel: the connect before it tells whose."""
    if not isinstance(event, e.MemberCompleted) or not channel.connected:
        return False
    connect = channel.connected[0]
    if (event.queue, event.channel) != (connect.queue, connect.channel):
        return False
    members = {Parties.member_of(each.interface) for each in channel.connected}
    if event.interface and "" not in members and Parties.member_of(event.interface) not in members:
        return False  # of another try; "": a name that nobody could tell the phone of
    return event.at - event.talked >= connect.at - 2  # the same queue may have connected the caller to him before


def _result(channel: Channel, leg: LegRecord) -> LegResult | None:
    if leg.talked:
        return LegResult.ANSWERED
    if not leg.over:
        return None
    if channel.silent:
        return LegResult.REJECTED if channel.cause in REJECTED else LegResult.NO_ANSWER
    if channel.dial_end is not None:
        return STATUS.get(channel.dial_end.status, LegResult.FAILED)
    if channel.cause in REJECTED:
        return LegResult.REJECTED
    if channel.cdr:
        return LegResult.NO_ANSWER
    return LegResult.NO_ANSWER if leg.rings or channel.dialled_by else LegResult.CANCELLED


def _held(channel: Channel, leg: LegRecord) -> int | None:
    """The sum of holds in milliseconds; None when an unfinished one has no end."""
    total, since = 0.0, None
    for event in channel.holds:
        if event.on and since is None:
            since = event.at
        elif not event.on and since is not None:
            total, since = total + event.at - since, None
    if since is not None:
        if leg.ended is None:
            return None
        total += max(0.0, leg.ended - since)
    return round(total * 1000)
