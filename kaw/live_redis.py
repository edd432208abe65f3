"""Carries live events between several KAW processes through Redis.

Publishing never holds up a commit: a thread of its own sends from a bounded queue. While Redis is away each process
goes on by itself; when it is back, caches are dropped and open pages read again, since events were missed.
"""

import json
import logging
import queue
import threading
import uuid
from typing import Any

import redis

from kaw import live

log = logging.getLogger(__name__)

CHANNEL = "kaw.live"
QUEUE_LIMIT = 10_000
RETRY_SECONDS = 2.0
CATCH_UP = (
    live.RightsChanged(),
    live.FieldsChanged(),
    live.SettingsChanged(),
    live.PartnersChanged(),
    live.OperatorsChanged(),
    live.QueuesChanged(),
    live.TelephonyChanged(),
)


class Bridge:
    """Both directions of one process."""

    def __init__(self, url: str) -> None:
        self._redis: Any = redis.Redis.from_url(
            url, socket_timeout=30, socket_connect_timeout=5, health_check_interval=15
        )
        self._own_name = uuid.uuid4().hex
        self._outgoing: queue.Queue[str | None] = queue.Queue(QUEUE_LIMIT)
        self._receiving = threading.local()
        self._stopped = threading.Event()

    def start(self) -> None:
        """Join the other processes."""
        live.listen(self._enqueue)
        for work in (self._publish, self._receive):
            threading.Thread(target=work, name=f"kaw-redis{work.__name__}", daemon=True).start()

    def stop(self) -> None:
        """Leave them."""
        self._stopped.set()
        self._outgoing.put(None)

    def _enqueue(self, event: live.LiveEvent) -> None:
        if self._stopped.is_set() or getattr(self._receiving, "now", False):
            return  # what came from another process is not sent back
        try:
            self._outgoing.put_nowait(json.dumps([self._own_name, live.encode(event)]))
        except queue.Full:
            log.warning("Redis is too slow or away: a live event was not passed on")

    def _publish(self) -> None:
        while (line := self._outgoing.get()) is not None:
            while not self._stopped.is_set():
                try:
                    self._redis.publish(CHANNEL, line)
                    break
                except redis.RedisError as error:
                    log.warning("Redis is not available: %s", error)
                    self._stopped.wait(RETRY_SECONDS)

    def _receive(self) -> None:
        missed = False
        while not self._stopped.is_set():
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:
                    subscription.subscribe(CHANNEL)
                    if missed:
                        self._announce(*CATCH_UP)
                    while not self._stopped.is_set():
                        message = subscription.get_message(timeout=1.0)
                        if message is not None:
                            self._hear(message["data"])
            except redis.RedisError as error:
                log.warning("Redis is not available: %s", error)
                missed = True
                self._stopped.wait(RETRY_SECONDS)

    def _hear(self, data: bytes) -> None:
        sender, line = json.loads(data)
        event = live.decode(line) if sender != self._own_name else None
        if event is not None:
            self._announce(event)

    def _announce(self, *events: live.LiveEvent) -> None:
        self._receiving.now = True
        try:
            live.announce(events)
        finally:
            self._receiving.now = False
