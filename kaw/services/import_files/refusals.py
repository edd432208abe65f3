"""Why a file cannot be loaded."""

from kaw.errors import InvalidValue
from kaw.i18n import N_


def refuse(text: str, **values: object) -> InvalidValue:
    """The error to raise: it belongs to the input where the file was chosen."""
    return InvalidValue("file", text, **values)


def wrong_type() -> InvalidValue:
    """The file is something else than a table."""
    return refuse(N_("This is not a table. Files of Excel (xls, xlsx) and csv files can be loaded."))


def damaged() -> InvalidValue:
    """The file begins like a table and cannot be read."""
    return refuse(N_("The file is damaged and cannot be read. Open it in Excel and save it again."))


def locked() -> InvalidValue:
    """Only who knows the password can read the file."""
    return refuse(N_("The file is protected by a password. Save it without one."))


def too_large() -> InvalidValue:
    """Unpacked, the file would fill the server's memory or disk."""
    return refuse(N_("The file is too large when unpacked. Please split it."))


def too_many_columns(columns: int, limit: int) -> InvalidValue:
    """A table this wide is a mistake, or made to exhaust the server."""
    return refuse(N_("The file has {columns} columns; at most {limit} can be loaded."), columns=columns, limit=limit)


def too_many_rows(limit: int) -> InvalidValue:
    """No sheet of Excel has that many."""
    return refuse(N_("The file has more than {limit} rows. Please split it."), limit=limit)
