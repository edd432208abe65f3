"""The stories of the recordings, played by the simulator: the same people do the same things at the same seconds."""

from collections.abc import Callable

from kaw.telephony.simulator.clock import Clock
from kaw.telephony.simulator.dialplan import Route
from kaw.telephony.simulator.origination import Asked
from kaw.telephony.simulator.queueing import Member, Queue
from kaw.telephony.simulator.shape import Channel
from kaw.telephony.simulator.simulation import Simulation

CLIENT, NAME, PARTNER = "79161234567", "Клиент", "79161112233"
Story = Callable[[Simulation], None]


def laboratory(now: float = 1_800_000_000.0) -> Simulation:
    """The PBX of the recordings."""
    sim = Simulation(Clock(now))
    sim.phone("1010", "Анна Иванова")
    sim.phone("1011", "Борис Петров")
    sim.queue(Queue("support"), ["1010", "1011"], number="500")
    sim.queue(Queue("sales", strategy="ringall", timeout=15), ["1010"], number="502")
    sim.queue(Queue("nobody", join_empty=False), [], number="504", route=Route("nobody", 20, "tT", False))
    sim.plan.routes["501"] = Route("support", 5, "tT", False)
    return sim


def hand(sim: Simulation, extension: str, *, answers: float | None = None, refuses: float | None = None) -> None:
    """What the operator at a phone will do when it rings; nothing by default."""
    people, phone = sim.people, sim.pbx.phones[extension]
    if answers is not None:
        phone.hand = people.answers_after(answers)
    elif refuses is not None:
        phone.hand = people.refuses_after(refuses, 17)
    else:
        phone.hand = lambda _channel: None


def leg_of(sim: Simulation, extension: str) -> Channel:
    """The channel of a phone."""
    return next(channel for channel in sim.pbx.channels.values() if channel.endpoint == extension)


def answered(sim: Simulation) -> None:
    """a: answered after 3 s, the caller hangs up after 5 s."""
    hand(sim, "1010", answers=3)
    caller = sim.people.call_in(CLIENT, to="500", name=NAME)
    sim.clock.advance(8.05)
    sim.people.hang_up(caller)


def ended_by_command(sim: Simulation) -> None:
    """a3: a client of the PBX ends the operator's channel."""
    hand(sim, "1010", answers=1)
    sim.people.call_in(CLIENT, to="500", name=NAME)
    sim.clock.advance(2.56)
    sim.people.hang_up_by_command(leg_of(sim, "1010"))


def abandoned(sim: Simulation) -> None:
    """b: the caller goes after 4 s of ringing."""
    caller = sim.people.call_in(CLIENT, to="500", name=NAME)
    sim.clock.advance(4)
    sim.people.hang_up(caller)


def second_answers(sim: Simulation) -> None:
    """c: the first does not answer, the second does after 1 s; 2 s of talk."""
    hand(sim, "1011", answers=1)
    caller = sim.people.call_in(CLIENT, to="500", name=NAME)
    sim.clock.advance(10.02)
    sim.people.hang_up(caller)


def all_paused(sim: Simulation) -> None:
    """d: everybody is paused, the queue gives up after 5 s."""
    support = sim.queues.all["support"]
    for member in support.members:
        sim.queues.pause(support, member, paused=True, reason="обед")
    sim.people.call_in(CLIENT, to="501", name=NAME)
    sim.clock.advance(7)
    for member in support.members:
        sim.queues.pause(support, member, paused=False)


def nobody_answers(sim: Simulation) -> None:
    """d2: it rings for 5 s, then the queue gives up."""
    sim.people.call_in(CLIENT, to="501", name=NAME)
    sim.clock.advance(7)


def nobody_registered(sim: Simulation) -> None:
    """d3: both phones are off."""
    sim.people.register("1010", on=False)
    sim.people.register("1011", on=False)
    sim.people.call_in(CLIENT, to="501", name=NAME)
    sim.clock.advance(7)


def nobody_to_join(sim: Simulation) -> None:
    """d4: a queue without members takes nobody in."""
    sim.people.call_in(CLIENT, to="504", name=NAME)


def _click_to_call(sim: Simulation, limit_s: float = 15) -> None:
    asked = Asked("1010", "outbound", PARTNER, "lab-2", PARTNER, NAME, limit_s, variables=(("KAW_CALL", "42"),))
    sim.plan.originate(asked)


def called(sim: Simulation) -> None:
    """e1: the operator picks up after 1 s, the partner after 2 s and hangs up after 4 s."""
    hand(sim, "1010", answers=1.05)
    sim.plan.far = sim.people.answers_after(2.05)
    _click_to_call(sim)
    sim.clock.advance(7.15)
    sim.people.hang_up(leg_of(sim, "trunk"))


def called_busy(sim: Simulation) -> None:
    """e2: the partner is busy."""
    hand(sim, "1010", answers=1.05)
    sim.plan.far = sim.people.refuses_after(1.05, 17)
    _click_to_call(sim)
    sim.clock.advance(7)


def not_picked_up(sim: Simulation) -> None:
    """e4: the operator does not pick up his own phone."""
    _click_to_call(sim, 4)
    sim.clock.advance(7)


def rejected(sim: Simulation) -> None:
    """e5: the operator rejects on his own phone."""
    hand(sim, "1010", refuses=1.05)
    _click_to_call(sim)
    sim.clock.advance(7)


def from_the_handset(sim: Simulation) -> None:
    """e9: two calls dialled on the phone itself: the trunk is down, then there is no such number."""
    sim.plan.far = sim.people.fails_after(1.02, 34)
    sim.people.dial("1010", PARTNER)
    sim.clock.advance(1.5)
    sim.plan.far = sim.people.fails_after(1.05, 1)
    sim.people.dial("1010", "79161112234")
    sim.clock.advance(3)


def transferred(sim: Simulation) -> None:
    """f1: the operator gives the caller to a colleague; the caller hangs up."""
    hand(sim, "1010", answers=1)
    hand(sim, "1011", answers=1.05)
    caller = sim.people.call_in(CLIENT, to="500", name=NAME)
    sim.clock.advance(2.9)
    sim.people.transfer(leg_of(sim, "1010"), to="1011")
    sim.clock.advance(4.9)
    sim.people.hang_up(caller)


def redirected(sim: Simulation) -> None:
    """f2: a client of the PBX takes the caller away instead; the queue notices only at the end."""
    hand(sim, "1010", answers=1)
    hand(sim, "1011", answers=1.05)
    caller = sim.people.call_in(CLIENT, to="500", name=NAME)
    sim.clock.advance(2.56)
    sim.people.redirect(caller, "internal", "1011")
    sim.clock.advance(4.9)
    sim.people.hang_up(caller)


def members_and_phones(sim: Simulation) -> None:
    """g1: pauses, a member who comes and goes, a registration, a call between colleagues with a hold."""
    support = sim.queues.all["support"]
    anna = support.members[0]
    sim.phone("1012", "Вера Веб").registered = False
    sim.pbx.phones["1012"].device = "5"
    sim.queues.pause(support, anna, paused=True, reason="обед")
    sim.queues.pause(support, anna, paused=True, reason="перерыв")
    sim.queues.pause(support, anna, paused=False)
    sim.queues.pause_everywhere("PJSIP/1010", paused=True, reason="all")
    sim.queues.pause_everywhere("PJSIP/1010", paused=False)
    vera = Member("PJSIP/1012", "Вера Веб", penalty=2, paused=True)
    sim.queues.join(support, vera)
    sim.queues.leave(support, vera)
    sim.people.register("1010", on=False)
    sim.people.register("1010", on=True)
    hand(sim, "1010", answers=1.05)
    caller = sim.people.dial("1011", "1010")
    sim.clock.advance(3)
    sim.people.hold(leg_of(sim, "1010"), on=True)
    sim.clock.advance(1.5)
    sim.people.hold(leg_of(sim, "1010"), on=False)
    sim.clock.advance(1.5)
    sim.people.hang_up(caller)


STORIES: dict[str, Story] = {
    "a_": answered,
    "a3_": ended_by_command,
    "b_": abandoned,
    "c_": second_answers,
    "d_": all_paused,
    "d2_": nobody_answers,
    "d3_": nobody_registered,
    "d4_": nobody_to_join,
    "e1_": called,
    "e2_": called_busy,
    "e4_": not_picked_up,
    "e5_": rejected,
    "e9_": from_the_handset,
    "f1_": transferred,
    "f2_": redirected,
    "g1_": members_and_phones,
}
