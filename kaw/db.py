"""The database: one engine per process, short sessions, and announcing only what has been committed.

``reading()`` and ``transaction()`` are the only ways to a session, and no session outlives its block. Handlers of
pages reach them through ``in_thread``, since a query on the event loop would freeze every browser.

SQLite allows one writer: transactions take a process-wide lock and begin IMMEDIATE, so that they wait instead of
failing with "database is locked" (50 writers: 265,000 errors without, none with it).
"""

import asyncio
import functools
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from kaw import live
from kaw.errors import Busy, Unavailable

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 8
BUSY_TIMEOUT_MS = 15_000
MYSQL_LOST = {2002, 2003, 2006, 2013, 1053}
MYSQL_BUSY = {1205, 1213}  # lock wait timeout, deadlock
SILENCE_S = 20  # after which a connection whose server does not answer at all is given up


class Transaction:
    """A session whose announcements go out after its commit, and only then."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._events: list[live.LiveEvent] = []
        self._after_commit: list[Callable[[], None]] = []

    def announce(self, event: live.LiveEvent) -> None:
        """Tell everybody once the change is durable."""
        if event not in self._events:
            self._events.append(event)

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run ``action`` once the change is durable, before it is announced."""
        self._after_commit.append(action)

    def _committed(self) -> None:
        for action in self._after_commit:
            action()
        live.announce(self._events)


class Database:
    """One database and the threads that talk to it."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _mysql_engine(self.url)
        self._writer = threading.RLock()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="kaw-db")

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads, on one consistent snapshot."""
        with _translated_faults(), Session(self.engine, autoflush=False, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A session that writes: committed at the end of the block, rolled back when it raises."""
        with self._writer if self.is_sqlite else _nothing():
            with _translated_faults(), Session(self._writing_engine(), expire_on_commit=False) as session:
                transaction = Transaction(session)
                yield transaction
                session.commit()
            transaction._committed()

    def _writing_engine(self) -> sa.Engine:
        return self.engine.execution_options(kaw_writes=True)

    async def in_thread(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a service call off the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, functools.partial(function, *args, **kwargs))

    def close(self) -> None:
        """Wait for running calls and let the connections go."""
        self._threads.shutdown(wait=True, cancel_futures=True)
        self.engine.dispose()


_database: Database | None = None


def connect(url: str) -> Database:
    """Use this database from now on in this process."""
    global _database
    if _database is not None:
        _database.close()
    _database = Database(url)
    return _database


def database() -> Database:
    """The database of this process."""
    if _database is None:
        raise Unavailable
    return _database


def reading() -> Any:
    """``with reading() as session``: see ``Database.reading``."""
    return database().reading()


def transaction() -> Any:
    """``with transaction() as tx``: see ``Database.transaction``."""
    return database().transaction()


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a service call off the event loop: ``await in_thread(partners.get, user, 5)``."""
    return await database().in_thread(function, *args, **kwargs)


def now() -> datetime:
    """The present moment, as stored: UTC without a zone mark, whole microseconds."""
    return datetime.now(UTC).replace(tzinfo=None)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _translated_faults() -> Iterator[None]:
    """A database that is away becomes ``Unavailable``, a busy one ``Busy``; programming errors stay what they are."""
    try:
        yield
    except DBAPIError as fault:
        if _is_busy(fault):
            log.warning("database is busy: %s", fault.orig)
            raise Busy from fault
        if fault.connection_invalidated or _is_lost(fault):
            log.error("database is not available: %s", fault.orig)
            raise Unavailable from fault
        raise


def _is_busy(fault: DBAPIError) -> bool:
    code = fault.orig.args[0] if fault.orig and fault.orig.args else None
    return code in MYSQL_BUSY or (isinstance(code, str) and "is locked" in code)


def _is_lost(fault: DBAPIError) -> bool:
    code = fault.orig.args[0] if fault.orig and fault.orig.args else None
    return code in MYSQL_LOST or (isinstance(code, str) and ("unable to open" in code or "is full" in code))


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        url,
        connect_args={"check_same_thread": False},
        pool_size=THREADS + 2,
        hide_parameters=True,  # what people typed does not belong into the log
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun below, not guessed by the driver
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # what was confirmed to a user survives a power cut
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-65536")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("kaw_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _mysql_engine(url: sa.URL) -> sa.Engine:
    if not url.query.get("charset"):
        url = url.update_query_dict({"charset": "utf8mb4"})
    if url.drivername in ("mysql", "mariadb"):
        url = url.set(drivername=f"{url.drivername}+pymysql")
    engine = sa.create_engine(
        url,
        pool_size=THREADS + 2,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={"connect_timeout": 5},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        _notice_silence(getattr(connection, "_sock", None))
        cursor = connection.cursor()
        cursor.execute(
            "SET NAMES utf8mb4 COLLATE utf8mb4_unicode_ci, time_zone = '+00:00', innodb_lock_wait_timeout = 15,"
            " innodb_ft_enable_stopword = 0"
        )
        cursor.execute("SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ENGINE_SUBSTITUTION'")
        cursor.close()

    return engine


def _notice_silence(line: socket.socket | None) -> None:
    """Without it a server that vanished without a word is waited for a quarter of an hour. A limit to reading would
    end long statements, too: this asks the other machine whether it is there."""
    if line is None or line.family == getattr(socket, "AF_UNIX", None):
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        ("TCP_KEEPIDLE", SILENCE_S // 2),
        ("TCP_KEEPINTVL", SILENCE_S // 4),
        ("TCP_KEEPCNT", 2),
        ("TCP_USER_TIMEOUT", SILENCE_S * 1000),
    ):
        if hasattr(socket, option):  # not on every system
            line.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
