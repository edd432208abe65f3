"""Who hung up."""

from collections.abc import Iterable

from kaw.models import CallDirection, HungUpBy, VisitOutcome
from kaw.services.calls.channels import Channel, Facts
from kaw.services.calls.legs import completes
from kaw.services.calls.queue_entries import PBX_STOPS
from kaw.services.calls.reading import TOGETHER, Reading
from kaw.services.calls.records import LegRecord
from kaw.telephony import events as e

ENDED_BY = {
    "caller": HungUpBy.PARTNER,
    "agent": HungUpBy.OPERATOR,
    "transfer": HungUpBy.TRANSFER,
    "pbx": HungUpBy.PBX,
}


def hung_up_by(reading: Reading, final: LegRecord | None) -> HungUpBy | None:
    """Of a call that is over; ``final`` is who talked last. None where nobody told."""
    if final is not None and given_away(reading.facts, final):
        return HungUpBy.TRANSFER
    if reading.pbx_stopped:
        return HungUpBy.PBX
    if final is not None:
        return _who_ended(reading, final)
    inbound = reading.direction is CallDirection.INBOUND
    # a refusing phone ends a try, and not the call
    asked = _first_phone([reading.first] if inbound else reading.facts.channels.values())
    if asked is not None:
        return _side(reading, asked)
    if any(visit.outcome is VisitOutcome.ABANDONED for visit in reading.visits):
        return HungUpBy.PARTNER
    return HungUpBy.PBX if reading.first.closed is not None else None


def given_away(facts: Facts, final: LegRecord) -> bool:
    """Whether he gave the other side to somebody else."""
    channel = facts.channels[final.uniqueid]
    told = [event for event in facts.queue_events if completes(event, channel)]
    if told and told[0].reason == "transfer":
        return True
    return any(final.ended is None or move.at <= final.ended + TOGETHER for move in channel.transfers)


def _who_ended(reading: Reading, final: LegRecord) -> HungUpBy | None:
    channels = reading.facts.channels
    channel = channels[final.uniqueid]
    others = [
        channels[leg.uniqueid] for leg in reading.legs if leg.uniqueid in channels and not _only_rang(reading, leg)
    ]
    talking = [
        other
        for other in others
        if other.closed is None or final.ended is None or other.closed >= final.ended - TOGETHER
    ]
    asked = _first_phone(talking)
    if asked is not None:
        return _side(reading, asked)
    if any(ask.cause == PBX_STOPS and not ask.by_phone for ask in channel.asked):
        return HungUpBy.PBX
    return _by_bridge(reading, channel, final) or _by_log(reading.facts, channel)


def _only_rang(reading: Reading, leg: LegRecord) -> bool:
    """An operator's phone that was not answered; who refuses a call ends his own phone alone."""
    return leg.operator is not None and not leg.talked and leg.uniqueid != reading.first.uniqueid


def _first_phone(channels: Iterable[Channel]) -> e.HangupAsked | None:
    asked = [ask for channel in channels for ask in channel.asked if ask.by_phone]
    return min(asked, key=lambda ask: ask.at, default=None)


def _side(reading: Reading, asked: e.HangupAsked) -> HungUpBy:
    channel = reading.facts.channels[asked.channel]
    if reading.direction is CallDirection.INTERNAL:
        return HungUpBy.OPERATOR if channel is reading.first else HungUpBy.PARTNER
    return HungUpBy.OPERATOR if reading.parties.operator_of(channel.name) is not None else HungUpBy.PARTNER


def _by_bridge(reading: Reading, channel: Channel, final: LegRecord) -> HungUpBy | None:
    """No phone asked for it: a button in KAW ends the operator's channel first, the PBX the other one."""
    leaves = [
        event
        for other in reading.facts.channels.values()
        for event in other.bridges
        if isinstance(event, e.BridgeLeft) and final.ended is not None and event.at >= final.ended - TOGETHER / 2
    ]
    if not leaves:
        return None
    leaver = min(leaves, key=lambda event: event.at).channel
    if leaver == channel.uniqueid:
        return HungUpBy.OPERATOR
    return HungUpBy.PARTNER if reading.direction is CallDirection.INTERNAL else HungUpBy.PBX


def _by_log(facts: Facts, channel: Channel) -> HungUpBy | None:
    """As the queue tells it of its own member; after he gave the caller away it knows nothing."""
    told = [event for event in facts.queue_events if isinstance(event, e.MemberCompleted)]
    own = [event for event in told if completes(event, channel)]
    if not own and not channel.connected and all(event.reason != "transfer" for event in told):
        own = told[-1:]  # it knows its member by a channel that only leads to his phone
    return ENDED_BY.get(own[0].reason) if own else None
