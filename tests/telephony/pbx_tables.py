"""Tables as a PBX makes them: realtime queue log, and CDR as Asterisk and as FreePBX write it."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

QUEUE_LOG = (
    "create table queue_log (id integer primary key, time {time}, callid varchar(80), queuename varchar(256), "
    "agent varchar(80), event varchar(32), data1 varchar(100), data2 varchar(100), data3 varchar(100), "
    "data4 varchar(100), data5 varchar(100))"
)
CDR = (
    "create table cdr (src varchar(80), dst varchar(80), channel varchar(80), dstchannel varchar(80), "
    "lastapp varchar(80), lastdata varchar(80), {times}, duration integer, billsec integer, disposition varchar(45), "
    "uniqueid varchar(150), linkedid varchar(150), sequence integer)"
)
ASTERISK, FREEPBX = "`start` {time}, answer {time}, `end` {time}", "calldate {time}"


def write(url: sa.URL | str, definition: str, rows: Sequence[Mapping[str, object]], time: str = "varchar(40)") -> None:
    """Make the table anew with these rows."""
    engine = sa.create_engine(url)
    name = definition.split()[2]
    with engine.begin() as connection:
        connection.exec_driver_sql(f"drop table if exists {name}")
        connection.exec_driver_sql(definition.format(time=time))
        for row in rows:
            table = sa.table(name, *(sa.column(key) for key in row))
            connection.execute(sa.insert(table).values(**row))
    engine.dispose()


def line(at: object, event: str, call: str = "1.1", *, id: int | None = None, **data: str) -> dict[str, object]:
    """A row of the queue log."""
    row = {"time": at, "callid": call, "queuename": "support", "agent": "NONE", "event": event, **data}
    return row if id is None else {"id": id, **row}


def call(uniqueid: str, **columns: object) -> dict[str, object]:
    """A row of the CDR."""
    parts = {"src": "79161234567", "dst": "500", "channel": "PJSIP/trunk-1", "dstchannel": "PJSIP/1010-2"}
    ends = {"lastapp": "Queue", "disposition": "ANSWERED", "uniqueid": uniqueid, "linkedid": uniqueid}
    return {**parts, **ends, **columns}
