"""«Проверить»: queue log and CDR, whether they can be read and what their newest lines are like.

Blocks, so it runs in a thread. An address of a database may hold a password: no text here repeats it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchTableError

from kaw.i18n import N_
from kaw.telephony import cdr, moments, queue_log
from kaw.telephony.cdr import Row
from kaw.telephony.port import Check, missing, ok, unknown

NEWEST = 50  # rows that are looked at
PATIENCE_S = 4
QUARTER = 900  # seconds; every time zone is a whole number of them from UTC
REFUSED, NO_DATABASE, NO_TABLE, UNREACHABLE = {1044, 1045, 1142, 1698}, {1049}, {1146}, {2003, 2005, 2006, 2013}
SHOWN = "%d.%m.%Y %H:%M"


def check_queue_log(source: str, here: str, zone: str = "") -> Check:
    """The queue log; times are shown in the zone ``here``, and a table is written in ``zone``, "": the same."""
    if not source:
        return unknown(N_("Not set: what happens while KAW is away is not made up for."))
    try:
        lines = queue_log.newest(source, zone or here, PATIENCE_S)
    except Exception as error:  # a driver may be missing, or raise what it likes
        return _unreadable(source, error)
    if not lines:
        return unknown(N_("Can be read and has no line yet: call a queue and check again."))
    at = datetime.fromtimestamp(lines[-1].at, ZoneInfo(here))
    return ok(N_("Can be read; the last line is of {time} ({event})."), time=at.strftime(SHOWN), event=lines[-1].event)


def check_cdr(source: str, zone: str) -> list[Check]:
    """The CDR; ``zone`` is the one it should be written in."""
    if not source:
        return [unknown(N_("Not set: what happens while KAW is away is not made up for."))]
    try:
        rows = cdr.newest(source, PATIENCE_S, NEWEST)
    except Exception as error:
        return [_unreadable(source, error)]
    if not rows:
        return [unknown(N_("Can be read and has no row yet: call somebody and check again."))]
    matched = [row for row in rows if row.get("uniqueid") and row.get("linkedid")]
    if not matched:
        text = N_("Has no Uniqueid and Linkedid: set loguniqueid = yes and newcdrcolumns = yes in cdr.conf.")
        return [missing(text)]
    last = ok(N_("Can be read; the last row is of {time} by the PBX."), time=matched[-1]["start"][:19])
    return [last, _zone(matched, zone)]


def _zone(rows: Sequence[Row], zone: str) -> Check:
    """Whether rows begin when their channel did: its Uniqueid holds the Unix seconds."""
    told = [(cdr.local_seconds(row["start"]), moments.born(row["uniqueid"])) for row in rows]
    offsets = [(local - born, born) for local, born in told if local is not None and born is not None]
    near = [(round(apart / QUARTER), born) for apart, born in offsets if abs((apart + 60) % QUARTER - 60) < 60]
    if not near:
        return unknown(N_("Whether its times fit the time zone cannot be told yet."))
    quarters = Counter(quarter for quarter, _born in near).most_common(1)[0][0]
    born = next(born for quarter, born in reversed(near) if quarter == quarters)
    expected = datetime.fromtimestamp(born, ZoneInfo(zone)).utcoffset()
    wanted = round(expected.total_seconds() / QUARTER) if expected is not None else 0
    if quarters == wanted:
        return ok(N_("Its times fit the time zone {zone}."), zone=zone)
    text = N_("Is written in {found}, and KAW reads it as {zone} ({wanted}): correct «Time zone of the PBX» here.")
    return missing(text, found=_offset(quarters), zone=zone, wanted=_offset(wanted))


def _offset(quarters: int) -> str:
    minutes = abs(quarters) * QUARTER // 60
    return f"UTC{'-' if quarters < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"


def _unreadable(source: str, error: Exception) -> Check:
    """Why, in one sentence; never with the address."""
    code = error.orig.args[0] if isinstance(error, DBAPIError) and error.orig and error.orig.args else None
    match error:
        case FileNotFoundError():
            return missing(N_("There is no file {path} on KAW's computer: correct it, or mount it there."), path=source)
        case PermissionError():
            return missing(N_("KAW may not read {path}: give the user it runs as the right to."), path=source)
        case IsADirectoryError():
            return missing(N_("{path} is a directory: name the file in it."), path=source)
        case ArgumentError():
            return missing(N_("This is no address of a database: write mysql://user:password@host/database#table."))
        case NoSuchTableError():
            return missing(N_("The database has no such table: correct what stands behind #."))
        case DBAPIError() if code in REFUSED:
            return missing(N_("The database does not accept user and password of this address."))
        case DBAPIError() if code in NO_DATABASE:
            return missing(N_("The server has no such database: correct its name in this address."))
        case DBAPIError() if code in NO_TABLE:
            return missing(N_("The database has no such table: correct what stands behind #."))
        case DBAPIError() if code in UNREACHABLE:
            return missing(N_("The database does not answer: check the address, the network and the firewall."))
    return missing(N_("Cannot be read ({why}): check what is entered here."), why=type(error).__name__)
