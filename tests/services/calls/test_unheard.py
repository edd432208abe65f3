"""Calls of which a part was not heard: what log, CDR and the present tell of it, and nothing else (R12.7).

Facts as a soak met them, with the PBX's own habits: after a transfer it rewrites where every row of the CDR went, a row
ends with its try, and a channel that is up already counts as answered at the begin of its next row.
"""

from collections.abc import Iterable

from kaw.models import CallResult, HungUpBy, OperatorState
from kaw.services.calls.parties import Parties
from kaw.services.calls.records import CallRecord
from kaw.services.calls.rules import derive
from kaw.telephony import events as e
from kaw.telephony.events import Source

CALL, CALLER, ANNA, BORIS = "1800.1", "PJSIP/trunk-00000001", "PJSIP/1010-00000002", "PJSIP/1011-00000003"
LIVE, LOG, KAW = Source.LIVE, Source.LOG, Source.KAW


def record(*events: e.CallEvent | Iterable[e.CallEvent]) -> CallRecord:
    """What these facts of one call mean."""
    told = [fact for each in events for fact in ([each] if isinstance(each, e.CallEvent) else each)]
    found = derive(CALL, told, Parties())
    assert found is not None
    return found


def row(
    at: float,
    end: float,
    other: str,
    *,
    answered: float | None = None,
    app: str = "Queue",
    n: int = 1,
    name: str = CALLER,
    number: str = "79161234567",
    dialled: str = "500",
    disposition: str = "",
) -> e.CdrRow:
    """A row of the CDR."""
    result = disposition or ("ANSWERED" if answered is not None else "NO ANSWER")
    return e.CdrRow(at, Source.CDR, CALL, CALL, name, other, number, dialled, answered, end, result, app, "", n)


def came(at: float = 100.4, exten: str = "500") -> list[e.CallEvent]:
    """A caller enters a queue; heard."""
    return [
        e.ChannelOpened(at, LIVE, CALL, CALL, CALLER, "79161234567", exten),
        e.ChannelUp(at, LIVE, CALL, CALL),
        e.QueueJoined(at, LIVE, CALL, CALL, "support", "79161234567"),
    ]


def talks(at: float = 103.2, leg: str = "1800.2", name: str = ANNA) -> list[e.CallEvent]:
    """And Anna answers; heard."""
    interface = name.rpartition("-")[0]
    return [
        e.ChannelOpened(at - 2, LIVE, CALL, leg, name, "", ""),
        e.MemberCalled(at - 2, LIVE, CALL, CALL, "support", interface, leg),
        e.QueueLeft(at, LIVE, CALL, CALL, "support", ""),
        e.MemberConnected(at, LIVE, CALL, CALL, "support", interface, leg, 3.0, 2.0),
        e.BridgeEntered(at, LIVE, CALL, leg, "one"),
        e.BridgeEntered(at, LIVE, CALL, CALL, "one"),
    ]


def completed(at: float, talked: float, reason: str, source: Source = LOG) -> e.MemberCompleted:
    """The queue's last word of Anna's talk."""
    return e.MemberCompleted(at, source, CALL, CALL, "support", "PJSIP/1010", talked, reason)


def given_away(at: float) -> list[e.CallEvent]:
    """Anna gives the caller to Boris; heard."""
    return [
        e.Transferred(at, LIVE, CALL, "1800.2", CALL, False, "1011"),
        completed(at, at - 103.2, "transfer", LIVE),
        e.BridgeLeft(at, LIVE, CALL, CALL, "one"),
        e.BridgeLeft(at, LIVE, CALL, "1800.2", "one"),
        e.ChannelClosed(at, LIVE, CALL, "1800.2", 16),
    ]


def test_who_ended_a_transferred_talk_is_not_known_to_the_queue() -> None:
    """Given away and ended while nobody listened."""
    rows = (row(100, 120, ANNA, answered=100, n=1), row(120, 150, BORIS, answered=120, app="Dial", n=2))
    found = record(came(), talks(), completed(120, 17, "transfer"), rows)
    assert (found.operator, found.hung_up_by) == ("1011", None)
    assert (found.ended, found.talk_ms) == (150, None)  # when Boris picked up is not told


def test_a_caller_waits_on_after_the_last_try() -> None:
    """A row of the CDR ended with the try; the log knows when he left."""
    left = e.QueueLeft(140, LOG, CALL, CALL, "support", "abandoned")
    found = record(came(), row(100, 116, ANNA), left)
    assert (found.result, found.ended) == (CallResult.ABANDONED, 140)


def test_a_call_that_ended_before_the_pbx_did_was_ended_by_its_people() -> None:
    """Nobody heard either; the start of the PBX is known first."""
    gone = [e.ChannelGone(170, KAW, CALL, channel, True, 110) for channel in (CALL, "1800.2")]
    rows = row(100, 130, ANNA, answered=100)
    found = record(came(), talks(), gone, completed(130, 27, "agent"), rows)
    assert (found.result, found.hung_up_by, found.ended) == (CallResult.ANSWERED, HungUpBy.OPERATOR, 130)


def test_who_gave_a_caller_away_has_ended_his_talk() -> None:
    """Whatever becomes of the caller: here the PBX stops while he waits again."""
    again = e.QueueJoined(120.2, LIVE, CALL, CALL, "sales", "79161234567")
    stops = e.HangupAsked(130, LIVE, CALL, CALL, False, 4)
    found = record(came(), talks(), given_away(120.1), again, stops, e.ChannelClosed(130, LIVE, CALL, CALL, 0))
    assert (found.operator, found.hung_up_by) == ("1010", HungUpBy.TRANSFER)
    leaves = [e.HangupAsked(130, LIVE, CALL, CALL, True, 0), e.ChannelClosed(130, LIVE, CALL, CALL, 0)]
    found = record(came(), talks(), completed(120, 17, "transfer"), again, leaves)  # only the log told
    assert (found.operator, found.hung_up_by) == ("1010", HungUpBy.TRANSFER)


def test_the_same_queue_twice_is_two_talks() -> None:
    """The first was given away, the second was not."""
    again = e.QueueJoined(120.2, LIVE, CALL, CALL, "support", "79161234567")
    second = talks(121.0, "1800.3", BORIS)
    asked = e.HangupAsked(140, LIVE, CALL, CALL, True, 0)
    ends = [e.ChannelClosed(140, LIVE, CALL, channel, 16) for channel in ("1800.3", CALL)]
    found = record(came(), talks(), given_away(120.1), again, second, asked, ends)
    assert (found.operator, found.hung_up_by) == ("1011", HungUpBy.PARTNER)


def test_a_caller_given_away_at_once_is_not_given_away_by_who_answers_next() -> None:
    """Within two seconds in the same queue, whose log has whole ones."""
    first = e.MemberConnected(103, LOG, CALL, CALL, "support", "PJSIP/1010", "1800.2", 3.0, 3.0)
    again = e.QueueJoined(103.000002, LOG, CALL, CALL, "support", "79161234567")
    asked = e.HangupAsked(140, LIVE, CALL, "1800.3", True, 0)
    ends = [e.ChannelClosed(140, LIVE, CALL, channel, 16) for channel in ("1800.3", CALL)]
    second = talks(104.8, "1800.3", BORIS)
    found = record(came(), first, completed(103.000001, 0, "transfer"), again, second, asked, ends)
    assert (found.operator, found.hung_up_by) == ("1011", HungUpBy.OPERATOR)


def test_who_refused_a_try_has_not_ended_the_talk_that_came_later() -> None:
    """The line was lost between his button and the end of his phone's channel."""
    refused = [
        e.ChannelOpened(103, LIVE, CALL, "1800.2", ANNA, "", ""),
        e.MemberCalled(103, LIVE, CALL, CALL, "support", "PJSIP/1010", "1800.2"),
        e.HangupAsked(105, LIVE, CALL, "1800.2", True, 21),
        e.MemberSilent(105, LOG, CALL, CALL, "support", "PJSIP/1010", "", 2.0),
    ]
    log = e.MemberConnected(111, LOG, CALL, CALL, "support", "PJSIP/1010", "1800.3", 11.0, 4.0)
    rows = (row(100, 105, ANNA), row(107, 140, "PJSIP/1010-00000009", answered=107, n=2))
    found = record(came(), refused, log, completed(140, 29, "caller"), rows)
    assert (found.operator, found.hung_up_by) == ("1010", HungUpBy.PARTNER)


def test_a_call_that_died_while_it_rang_elsewhere_has_no_end() -> None:
    """kill -9 after a transfer: the first talk's end is not the call's."""
    rings = [
        e.ChannelOpened(120.2, LIVE, CALL, "1800.3", BORIS, "", ""),
        e.DialBegan(120.2, LIVE, CALL, CALL, "1800.3", "1011"),
    ]
    gone = [e.ChannelGone(170, KAW, CALL, channel, True, 125) for channel in (CALL, "1800.3")]
    found = record(came(), talks(), given_away(120.1), rings, gone)
    assert (found.ended, found.closed_by_kaw, found.result) == (None, True, CallResult.ANSWERED)


def test_what_was_dialled_is_what_was_heard() -> None:
    """Not where a transfer led: the present and the CDR show that instead."""
    present = e.ChannelOpened(100, KAW, CALL, CALL, CALLER, "79161234567", "1011", True)
    rewritten = row(100, 120, ANNA, answered=100, dialled="1011")
    assert record(came(exten="502"), talks(), present, rewritten).dialled == "502"


def outgoing() -> list[e.CallEvent]:
    """Anna dials; heard."""
    return [e.ChannelOpened(100.3, LIVE, CALL, CALL, ANNA, "1010", "79161234567")]


def test_a_talk_that_began_unheard_is_looked_up() -> None:
    """Begin and end of the call were heard, and between them the line was lost."""
    found_talking = [
        e.ChannelOpened(100, KAW, CALL, "1800.2", CALLER, "79161234567", "", True),
        e.DialBegan(100, KAW, CALL, CALL, "1800.2", "79161234567"),
        e.BridgeEntered(140, KAW, CALL, CALL, "one"),
        e.BridgeEntered(140, KAW, CALL, "1800.2", "one"),
    ]
    ends = [e.ChannelClosed(180, LIVE, CALL, channel, 16) for channel in ("1800.2", CALL)]
    found = record(outgoing(), found_talking, ends)
    assert (found.result, found.answered, found.recovered) == (CallResult.ANSWERED, None, True)
    told = row(100, 180, CALLER, answered=109, app="Dial", name=ANNA, number="1010", dialled="79161234567")
    assert record(outgoing(), found_talking, ends, told).answered == 109


THIRD = "PJSIP/1012-00000004"
THIRD_TALKS = (
    e.DialEnded(146, LIVE, CALL, CALL, "1800.3", "ANSWER"),
    *(e.BridgeEntered(146, LIVE, CALL, channel, "two") for channel in ("1800.3", CALL)),
    *(e.BridgeLeft(180, LIVE, CALL, channel, "two") for channel in ("1800.3", CALL)),
    *(e.ChannelClosed(180, LIVE, CALL, channel, 16) for channel in ("1800.3", CALL)),
)
ANNA_TALKS_TWICE = (
    row(100, 140, BORIS, answered=104, app="Dial", name=ANNA, number="1010", dialled="1012", n=1),
    row(140, 180, THIRD, answered=140, app="Dial", name=ANNA, number="1010", dialled="1012", n=2),
)


def test_a_talk_that_began_unheard_is_longer_than_its_second_half() -> None:
    """Between operators: found talking, and given away to a third one when KAW was there again."""
    found_talking = [
        e.ChannelOpened(100, KAW, CALL, CALL, ANNA, "1010", "1011", True),
        e.ChannelOpened(100, KAW, CALL, "1800.2", BORIS, "1011", "", True),
        e.DialBegan(100, KAW, CALL, CALL, "1800.2", "1011"),
        e.BridgeEntered(110, KAW, CALL, CALL, "one"),
        e.BridgeEntered(110, KAW, CALL, "1800.2", "one"),
    ]
    given = [
        e.Transferred(140, LIVE, CALL, "1800.2", CALL, False, "1012"),
        *(e.BridgeLeft(140, LIVE, CALL, channel, "one") for channel in ("1800.2", CALL)),
        e.ChannelClosed(140, LIVE, CALL, "1800.2", 16),
        e.ChannelOpened(140, LIVE, CALL, "1800.3", THIRD, "1012", "s"),
        e.DialBegan(140, LIVE, CALL, CALL, "1800.3", "1012"),
        *THIRD_TALKS,
    ]
    assert record(found_talking, given).talk_ms is None
    found = record(found_talking, given, ANNA_TALKS_TWICE)
    assert (found.operator, found.answered, found.talk_ms) == ("1010", 104, 76_000)


def test_whom_a_caller_talked_with_unheard_is_looked_up() -> None:
    """Between operators: he picked up and gave the caller away while nobody listened; begin and end were heard."""
    begin = [
        e.ChannelOpened(100.3, LIVE, CALL, CALL, ANNA, "1010", "1011"),
        e.ChannelOpened(100.3, LIVE, CALL, "1800.2", BORIS, "1011", "s"),
        e.DialBegan(100.3, LIVE, CALL, CALL, "1800.2", "1011"),
        e.ChannelGone(142, KAW, CALL, "1800.2", False, 100.3),
        e.ChannelOpened(140, KAW, CALL, "1800.3", THIRD, "1012", ""),
        e.DialBegan(140, KAW, CALL, CALL, "1800.3", "1012"),
    ]
    assert record(begin, THIRD_TALKS).recovered
    found = record(begin, THIRD_TALKS, ANNA_TALKS_TWICE)
    assert (found.operator, found.answered, found.talk_ms) == ("1010", 104, 76_000)


def test_a_call_the_log_foretold_was_heard_whole() -> None:
    """It came in the very second of the present, which did not have it yet."""
    foretold = [
        e.QueueJoined(100, LOG, CALL, CALL, "support", "79161234567"),
        e.ChannelGone(100.2, KAW, CALL, CALL, False, 40),
    ]
    waits = record(foretold, came())
    assert (waits.over, waits.closed_by_kaw, waits.visits[0].waits) == (False, False, True)
    ends = [e.ChannelClosed(140, LIVE, CALL, channel, 16) for channel in ("1800.2", CALL)]
    assert not record(foretold, came(), talks(), ends).recovered


def test_who_answers_while_the_present_is_read_was_heard() -> None:
    """The present has a moment of its own, and its list of channels is from a later one."""
    begin = [
        e.ChannelOpened(100.3, LIVE, CALL, CALL, ANNA, "1010", "79161234567"),
        e.ChannelOpened(100.4, LIVE, CALL, "1800.2", CALLER, "", ""),
        e.DialBegan(100.4, LIVE, CALL, CALL, "1800.2", "79161234567"),
        *(e.BridgeEntered(110.25, KAW, CALL, channel, "one") for channel in ("1800.2", CALL)),
        e.DialEnded(110.3, LIVE, CALL, CALL, "1800.2", "ANSWER"),
        *(e.BridgeEntered(110.31, LIVE, CALL, channel, "one") for channel in ("1800.2", CALL)),
    ]
    found = record(begin, (e.ChannelClosed(180, LIVE, CALL, channel, 16) for channel in ("1800.2", CALL)))
    assert (found.answered, found.talk_ms, found.recovered) == (110.3, 69_700, False)


def test_the_better_reading_of_a_line_counts() -> None:
    """Of a log read twice: the second time it had the start of the PBX, or the member's phone was known."""
    row_ = row(100, 130, ANNA, answered=100)
    for outcome, result in (("abandoned", CallResult.ABANDONED), ("failed", CallResult.FAILED)):
        assert record(came(), e.QueueLeft(130, LOG, CALL, CALL, "support", outcome)).result is result
    both = [e.QueueLeft(130, LOG, CALL, CALL, "support", outcome) for outcome in ("abandoned", "failed")]
    assert record(came(), both).result is CallResult.FAILED
    ends = [completed(130, 27, reason) for reason in ("caller", "pbx")]
    assert record(came(), talks(), ends, row_).hung_up_by is HungUpBy.PBX
    told = [e.MemberConnected(103, LOG, CALL, CALL, "support", each, "1800.2", 3.0, 2.0) for each in ("", "PJSIP/1010")]
    assert record(came(), told, completed(130, 27, "agent"), row_).operator == "1010"


def test_a_member_without_a_known_phone_ends_his_talk() -> None:
    """The log calls him by a name that nobody could tell the phone of."""
    nameless = e.MemberCompleted(130, LOG, CALL, CALL, "support", "", 27, "agent")
    found = record(came(), talks(), nameless, row(100, 130, ANNA, answered=100))
    assert (found.operator, found.hung_up_by) == ("1010", HungUpBy.OPERATOR)


def test_a_mobile_behind_the_pbxs_loop_talks_on_without_the_loop() -> None:
    """It leaves the call as soon as both ends are there, unless its name ends in /n."""
    loop, interface = "Local/79160001122@from-internal-00000001;1", "Local/79160001122@from-internal"
    answers = [
        e.ChannelOpened(101, LIVE, CALL, "1800.2", loop, "", ""),
        e.MemberCalled(101, LIVE, CALL, CALL, "support", interface, "1800.2"),
        e.QueueLeft(103, LIVE, CALL, CALL, "support", ""),
        e.MemberConnected(103, LIVE, CALL, CALL, "support", interface, "1800.2", 3.0, 2.0),
        e.ChannelClosed(103.2, LIVE, CALL, "1800.2", 16),
    ]
    talking = record(came(), answers)
    assert [(span.started, span.ended) for span in talking.spans if span.state is OperatorState.TALKING] == [
        (103, None)
    ]
    end = e.MemberCompleted(160, LIVE, CALL, CALL, "support", interface, 57, "caller")
    found = record(came(), answers, end, e.ChannelClosed(160, LIVE, CALL, CALL, 16))
    assert (found.operator, found.talk_ms, found.hung_up_by) == ("79160001122", 57_000, HungUpBy.PARTNER)


def test_a_colleague_who_gave_the_call_away_ended_the_talk() -> None:
    """Between operators, from the CDR alone: who was called last did not answer."""
    rows = (
        row(100, 140, BORIS, answered=104, app="Dial", name=ANNA, number="1010", dialled="1012", n=1),
        row(
            140,
            145,
            "PJSIP/1012-00000004",
            answered=140,
            app="Dial",
            name=ANNA,
            number="1010",
            dialled="1012",
            disposition="BUSY",
            n=2,
        ),
    )
    found = record(rows)
    assert (found.result, found.operator, found.answered, found.talk_ms) == (CallResult.ANSWERED, "1010", 104, 36_000)


def test_a_button_ends_the_call_of_who_pressed_it() -> None:
    """Between operators: the other one's phone left the bridge first, and no phone had asked."""
    dialled = [
        e.ChannelOpened(100.3, LIVE, CALL, CALL, ANNA, "1010", "1011"),
        e.ChannelOpened(100.3, LIVE, CALL, "1800.2", BORIS, "", ""),
        e.DialBegan(100.3, LIVE, CALL, CALL, "1800.2", "1011"),
        e.DialEnded(104, LIVE, CALL, CALL, "1800.2", "ANSWER"),
        *(e.BridgeEntered(104, LIVE, CALL, channel, "one") for channel in (CALL, "1800.2")),
        e.BridgeLeft(120.0, LIVE, CALL, "1800.2", "one"),
        e.BridgeLeft(120.1, LIVE, CALL, CALL, "one"),
        *(e.ChannelClosed(120.2, LIVE, CALL, channel, 16) for channel in ("1800.2", CALL)),
    ]
    assert record(dialled).hung_up_by is HungUpBy.PARTNER
