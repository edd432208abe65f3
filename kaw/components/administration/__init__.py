"""The tabs of «Администрирование» and «Мой кабинет»."""

from kaw.components import icons
from kaw.components.administration import (
    account,
    audit,
    field_editor,
    fields,
    group_editor,
    groups,
    imports,
    list_editor,
    lists,
    settings,
    user_editor,
    users,
)
from kaw.components.tabs import TabKind, register
from kaw.i18n import N_
from kaw.models import Right


def register_tabs() -> None:
    """Enter them in the registry of tabs. Once per process."""
    admin = Right.ADMIN
    register("users", TabKind(N_("Users"), icons.USERS, users.build, admin))
    register("user", TabKind(N_("User"), icons.USER, user_editor.build, admin, True, True, user_editor.titles))
    register("groups", TabKind(N_("Groups"), icons.GROUPS, groups.build, admin))
    register("group", TabKind(N_("Group"), icons.GROUPS, group_editor.build, admin, True, True, group_editor.titles))
    register("fields", TabKind(N_("Fields"), icons.FIELDS, fields.build, admin))
    register("field", TabKind(N_("Field"), icons.FIELDS, field_editor.build, admin, False, True, field_editor.titles))
    register("lists", TabKind(N_("Lists"), icons.LISTS, lists.build, admin))
    register("list", TabKind(N_("List"), icons.LISTS, list_editor.build, admin, False, True, list_editor.titles))
    register("imports", TabKind(N_("Loading a base"), icons.IMPORT, imports.build, admin))
    register("settings", TabKind(N_("Settings"), icons.SETTINGS, settings.build, admin))
    register("audit", TabKind(N_("Audit log"), icons.AUDIT, audit.build, admin))
    register("account", TabKind(N_("My account"), icons.ACCOUNT, account.build))
