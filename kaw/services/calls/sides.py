"""Which way a call went, and the number that was wanted."""

from kaw.models import CallDirection
from kaw.services.calls.channels import Channel, Facts
from kaw.services.calls.parties import Parties
from kaw.services.calls.records import LegRecord
from kaw.telephony.names import is_local


def direction_of(facts: Facts, first: Channel, parties: Parties, legs: list[LegRecord]) -> CallDirection:
    """By the line or phone it began with, and whom it was for."""
    begins = first.name
    if not begins and facts.joins:
        return CallDirection.INBOUND  # the log knows no channel; operators do not queue as a rule
    if is_local(begins) or not begins:
        begins = legs[0].channel if legs else ""
    if parties.is_trunk(begins):
        return CallDirection.INBOUND
    lines = any(leg.operator is None for leg in legs)
    if lines or (_goes_out(facts, first, parties) and not _with_pbx(facts, legs)):
        return CallDirection.OUTBOUND
    return CallDirection.INTERNAL


def caller_number(facts: Facts, first: Channel) -> str:
    """Of an inbound call; "": hidden."""
    known = [first.number, *(join.number for join in facts.joins), *(row.number for row in facts.rows)]
    return next((number for number in known if number), "")


def wanted(facts: Facts, first: Channel, parties: Parties) -> str:
    """What the operator dialled or had dialled for him."""
    own = parties.operator_of(first.name)
    if facts.asked is not None:
        return facts.asked.number
    to_lines = [
        dial.number
        for channel in facts.channels.values()
        for dial in channel.dialled_by
        if dial.number and parties.is_trunk(channel.name)
    ]
    by_pbx = [dial.number for dial in first.dialled_by if not dial.channel and dial.number != own]
    rows = [row.dialled for row in facts.rows if row.channel == first.uniqueid and row.dialled]
    sources = [row.number for row in facts.rows if row.channel == first.uniqueid and row.number != own]
    to_phones = [dial.number for dial in first.dials if dial.number]
    typed = [first.exten] if first.exten.isdigit() else []
    for found in (to_lines, by_pbx, typed, rows, sources, to_phones):
        if found and found[0]:
            return found[0]
    return ""


def _goes_out(facts: Facts, first: Channel, parties: Parties) -> bool:
    """The number wanted is no operator's, although no line was reached."""
    number = wanted(facts, first, parties)
    return bool(number) and not parties.is_internal(number)


def _with_pbx(facts: Facts, legs: list[LegRecord]) -> bool:
    """An operator alone with an application of the PBX."""
    return len(legs) == 1 and legs[0].talked and facts.asked is None and not facts.rows
