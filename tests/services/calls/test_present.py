"""Calls that KAW finds going on when it comes back (R12.7)."""

from sqlmodel import select

from kaw import db
from kaw.models import Call, CallDirection, CallResult
from kaw.services.calls.parties import Parties
from kaw.services.calls.recorder import Recorder
from kaw.services.calls.recovery import Past, catch_up
from kaw.telephony import events as e
from kaw.telephony.port import LiveChannel, Snapshot
from tests.services.calls.streams import Bench

AT = 1795485092.1


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
