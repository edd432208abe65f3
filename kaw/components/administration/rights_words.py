"""What the rights of a user are called."""

from collections.abc import Collection

from kaw.i18n import N_, _
from kaw.models import Right

_SHORT = {
    Right.ADMIN: N_("Administrator"),
    Right.CONTACTS: N_("Partners"),
    Right.REPORTS: N_("Reports"),
    Right.TASKS: N_("Tasks"),
}


def summary(rights: Collection[Right]) -> str:
    """The column «Доступы»: «Партнеры Отчеты Задачи»; an administrator has all."""
    if Right.ADMIN in rights:
        return _(_SHORT[Right.ADMIN])
    return ", ".join(_(text) for right, text in _SHORT.items() if right in rights)
