"""What can go wrong, as one small tree.

A text is an English message id of the gettext catalogue (marked with ``N_`` where it is raised) with named
placeholders; the screen translates it into its user's language and fills the placeholders in: see ``i18n.explain``.
"""


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "mark, translate later"
    """Mark a message id for the catalogue without translating it."""
    return text


class KawError(Exception):
    """Anything KAW refuses to do. ``text`` is shown to the user."""

    default_text = N_("This could not be done.")

    def __init__(self, text: str = "", **values: object) -> None:
        self.text = text or self.default_text
        self.values = values
        super().__init__(self.text.format_map(values) if values else self.text)


class AccessDenied(KawError):
    """The user is known, the thing is known to him, and he may not do this with it."""

    default_text = N_("You have no right to do this.")


class SignedOut(AccessDenied):
    """The session behind this browser has ended, or its user has been deactivated."""

    default_text = N_("You have been signed out. Please sign in again.")


class NotFound(KawError):
    """There is no such thing, or the user may not know that there is one: both look alike."""

    default_text = N_("There is no such record, or you have no access to it.")


class InvalidValue(KawError):
    """A value that a person, a file or a program gave cannot be accepted.

    ``field`` is the name of the input where the screen shows the message (a field's unique name, "login", ...).
    """

    default_text = N_("This value cannot be accepted.")

    def __init__(self, field: str, text: str = "", **values: object) -> None:
        self.field = field
        super().__init__(text, **values)


class InvalidValues(KawError):
    """Several inputs of one form are wrong; each message goes to its own place."""

    default_text = N_("Please correct the marked fields.")

    def __init__(self, errors: list[InvalidValue]) -> None:
        self.errors = errors
        super().__init__()


class Conflict(KawError):
    """Somebody else changed the thing meanwhile, or it is in use."""

    default_text = N_("Somebody else has changed this meanwhile.")


class Unavailable(KawError):
    """Something KAW needs is not there now: the database, the PBX, the mail server."""

    default_text = N_("The service is not available right now. Please try again.")


class Busy(Unavailable):
    """The database took this back because of what others were doing at the same moment; a second try may go through."""

    default_text = N_("The database is busy right now. Please try again.")
