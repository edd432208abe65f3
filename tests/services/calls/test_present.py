"""Calls that KAW finds going on when it comes back (R12.7)."""

from sqlmodel import select

from kaw import db
from kaw.models import Call, CallDirection, CallResult, OperatorInterval, QueueVisit, VisitOutcome
from kaw.services.calls import journal
from kaw.services.calls.parties import Parties
from kaw.services.calls.recorder import Recorder
from kaw.services.calls.recovery import Past, catch_up
from kaw.telephony import events as e
from kaw.telephony import queue_log
from kaw.telephony.port import LiveChannel, QueueEntry, Snapshot
from tests.services.calls.streams import Bench

AT = 1795485092.1


def came(caller: str, at: float) -> list[e.PbxEvent]:
    """A caller enters a queue; heard."""
    return [
        e.ChannelOpened(at - 0.1, e.Source.LIVE, caller, caller, "PJSIP/trunk-00000001", "79161234567", "500"),
        e.QueueJoined(at, e.Source.LIVE, caller, caller, "support", "79161234567"),
    ]


# Seen on Asterisk 22: the phone of a click-to-call has the wanted number as its own and rings in AppDial2
def test_a_click_to_call_that_rings_at_its_operator_is_a_call_out(bench: Bench) -> None:
    with bench.empty():
        recorder = Recorder(Parties)
        phone = LiveChannel(
            call="kaw-431-135",
            channel="kaw-431-135",
            name="PJSIP/1011-00000103",
            number="74954310135",
            connected_number="74954310135",
            exten="s",
            up=False,
            bridge="",
            application="AppDial2",
            seconds=4,
        )
        catch_up(recorder, Parties(), Past(), Snapshot(at=AT, started_at=AT - 900, channels=[phone]), AT - 60)
        closed = e.ChannelClosed(AT + 1, e.Source.LIVE, "kaw-431-135", "kaw-431-135", 19)
        recorder.absorb([closed])
        with db.reading() as session:
            call = session.exec(select(Call)).one()
            assert call.direction is CallDirection.OUTBOUND
            assert call.number == "74954310135"
            assert call.result is CallResult.NO_ANSWER


# The log says already that he gave up, and the list of the queue still has him
def test_a_caller_who_gives_up_as_the_line_comes_back_waited_once(bench: Bench) -> None:
    with bench.empty():
        recorder, caller = Recorder(Parties), "1795485000.7"
        about = (caller, caller)
        recorder.absorb(came(caller, AT - 40.5))
        log = [
            f"{int(AT - 40.5)}|{caller}|support|NONE|ENTERQUEUE||79161234567|1",
            f"{int(AT)}|{caller}|support|NONE|ABANDON|1|1|40",
        ]
        channel = LiveChannel(
            caller, caller, "PJSIP/trunk-00000001", "79161234567", "", "500", True, "", "Queue", seconds=40
        )
        entry = QueueEntry("support", caller, "79161234567", waited=40)
        snapshot = Snapshot(at=AT, started_at=AT - 900, channels=[channel], queues=["support"], entries=[entry])
        catch_up(recorder, Parties(), Past(queue_log.parse(log)), snapshot, AT - 60)
        recorder.absorb([e.ChannelClosed(AT + 0.1, e.Source.LIVE, *about, 16)])
        with db.reading() as session:
            visit = session.exec(select(QueueVisit)).one()
            assert visit.outcome is VisitOutcome.ABANDONED


# What is written while the present is being read is told by events, too
def test_the_log_is_read_up_to_the_present(bench: Bench) -> None:
    with bench.empty():
        recorder, caller = Recorder(Parties), "1795485000.9"
        log = [
            f"{int(AT) + 5}|{caller}|support|NONE|ENTERQUEUE||79161234567|1",
            f"{int(AT) + 9}|{caller}|support|NONE|ABANDON|1|1|4",
        ]
        catch_up(recorder, Parties(), Past(queue_log.parse(log)), Snapshot(at=AT, started_at=AT - 900), AT - 60)
        with db.reading() as session:
            assert session.exec(select(Call)).all() == []


# Only the log knows the channel of who answered, and the PBX was killed under the talk
def test_a_talk_of_the_log_ends_with_the_pbx(bench: Bench) -> None:
    with bench.empty():
        recorder, caller = Recorder(Parties), "1795485000.11"
        recorder.absorb(came(caller, AT - 90.5))
        log = [
            f"{int(AT - 90.5)}|{caller}|support|NONE|ENTERQUEUE||79161234567|1",
            f"{int(AT - 80)}|{caller}|support|PJSIP/1010|CONNECT|10|1795485010.12|2",
        ]
        snapshot = Snapshot(at=AT, started_at=AT - 30)
        catch_up(recorder, Parties(), Past(queue_log.parse(log)), snapshot, AT - 85)
        with db.reading() as session:
            call = session.exec(select(Call)).one()
            assert (call.result, call.operator, call.ended_at) == (CallResult.ANSWERED, "1010", None)
            assert call.closed_by_kaw


# The line was lost an hour before the PBX stopped under the talk: nobody knows how long it went on
def test_no_time_is_made_up_until_the_pbx_starts(bench: Bench) -> None:
    with bench.empty():
        recorder, caller, leg = Recorder(Parties), "1795481400.13", "1795481401.14"
        about, phone = (caller, caller), (caller, leg)
        recorder.absorb(
            [
                e.MemberState(AT - 4000, e.Source.LIVE, "PJSIP/1010", "support"),
                *came(caller, AT - 3620),
                e.ChannelOpened(AT - 3610, e.Source.LIVE, *phone, "PJSIP/1010-00000002", "", ""),
                e.MemberCalled(AT - 3610, e.Source.LIVE, *about, "support", "PJSIP/1010", leg),
                e.MemberConnected(AT - 3600, e.Source.LIVE, *about, "support", "PJSIP/1010", leg, 20.0, 10.0),
            ]
        )
        log = [f"{int(AT) - 28}|NONE|NONE|NONE|QUEUESTART|"]
        snapshot = Snapshot(at=AT, started_at=AT - 30)
        catch_up(recorder, Parties(), Past(queue_log.parse(log)), snapshot, AT - 3590)
        with db.reading() as session:
            talks = session.exec(select(OperatorInterval).where(OperatorInterval.state == "talking")).all()
            facts = journal.read(session, [caller])[caller]
        assert talks == []  # neither until the PBX started nor for ever
        assert [fact.alive for fact in facts if isinstance(fact, e.ChannelGone)] == [AT - 3600, AT - 3600]


# The line died between asking for a call and the PBX's answer
def test_a_call_that_was_only_asked_for_does_not_stay_open(bench: Bench) -> None:
    with bench.empty():
        origin = "kaw-0123456789abcdef-5"
        asked = e.OriginateAsked(AT - 9, e.Source.KAW, origin, origin, "PJSIP/1010", "79031112233")
        Recorder(Parties).absorb([asked])
        recorder = Recorder(Parties)
        recorder.load()
        catch_up(recorder, Parties(), Past(), Snapshot(at=AT, started_at=AT - 900), AT - 60)
        with db.reading() as session:
            call = session.exec(select(Call)).one()
            assert (call.number, call.direction) == ("79031112233", CallDirection.OUTBOUND)
            assert (call.result, call.closed_by_kaw) == (None, True)
