"""Live events between processes, over a real Redis (R6.5)."""

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator

import pytest
import redis

from kaw import live
from kaw.live_redis import CHANNEL, Bridge

IN_CI = bool(os.environ.get("CI"))
PATIENCE = 10  # seconds


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = start_redis(port)
    yield process
    process.terminate()
    process.wait()


@pytest.fixture
def heard() -> Iterator["Heard"]:
    listener = Heard()
    live.listen(listener)
    yield listener
    live._listeners.remove(listener)


@pytest.fixture
def bridge(server: subprocess.Popen[bytes], port: int) -> Iterator[Bridge]:
    before = list(live._listeners)
    made = Bridge(f"redis://127.0.0.1:{port}")
    made.start()
    wait_for_subscribers(port)
    yield made
    made.stop()
    live._listeners[:] = before


class Heard:
    """Collects what this process announces and lets a test wait for it."""

    def __init__(self) -> None:
        self.events: list[live.LiveEvent] = []
        self._changed = threading.Condition()

    def __call__(self, event: live.LiveEvent) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait_for(self, event: live.LiveEvent) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: event in self.events, PATIENCE), self.events


def test_an_event_of_this_process_reaches_the_others(bridge: Bridge, port: int) -> None:
    with redis.Redis(port=port).pubsub(ignore_subscribe_messages=True) as other:
        other.subscribe(CHANNEL)
        other.get_message(timeout=PATIENCE)  # the confirmation of the subscription
        live.announce([live.PartnersChanged((5,))])
        message = other.get_message(timeout=PATIENCE)
        _sender, line = json.loads(message["data"])
        assert live.decode(line) == live.PartnersChanged((5,))


def test_an_event_of_another_process_is_announced_here_and_not_sent_back(
    heard: Heard, bridge: Bridge, port: int
) -> None:
    client = redis.Redis(port=port)
    with client.pubsub(ignore_subscribe_messages=True) as other:
        other.subscribe(CHANNEL)
        other.get_message(timeout=PATIENCE)
        client.publish(CHANNEL, json.dumps(["another process", live.encode(live.SessionsEnded((7,)))]))
        heard.wait_for(live.SessionsEnded((7,)))
        live.announce([live.FieldsChanged()])  # whatever would have been sent back would come before this
        lines = [other.get_message(timeout=PATIENCE) for _ in range(2)]
        assert [live.decode(json.loads(line["data"])[1]) for line in lines] == [
            live.SessionsEnded((7,)),
            live.FieldsChanged(),
        ]


def test_after_redis_was_away_everything_is_read_again(
    heard: Heard, bridge: Bridge, server: subprocess.Popen[bytes], port: int
) -> None:
    server.terminate()
    server.wait()
    again = start_redis(port)
    try:
        heard.wait_for(live.PartnersChanged())
        assert live.RightsChanged() in heard.events
    finally:
        again.terminate()
        again.wait()


def start_redis(port: int) -> subprocess.Popen[bytes]:
    program = shutil.which("redis-server")
    if program is None:
        if IN_CI:
            pytest.fail("CI requires redis-server")
        pytest.skip("no redis-server")
    process = subprocess.Popen(
        [program, "--port", str(port), "--save", "", "--bind", "127.0.0.1"], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    for line in process.stdout:
        if b"Ready to accept" in line:
            return process
    pytest.fail("redis-server did not start")


def wait_for_subscribers(port: int) -> None:
    client = redis.Redis(port=port)
    tick, left = threading.Event(), 500
    while not client.pubsub_numsub(CHANNEL)[0][1] and left:
        tick.wait(0.02)
        left -= 1
    assert left, "the bridge did not subscribe"
