"""The words of the audit log: what each action is called on the screen."""

from kaw.i18n import N_, _
from kaw.models import AuditAction

_WORDS = {
    AuditAction.SIGN_IN: N_("Signed in"),
    AuditAction.SIGN_IN_FAILED: N_("Failed to sign in"),
    AuditAction.SIGN_OUT: N_("Signed out"),
    AuditAction.SESSION_ENDED: N_("Session ended"),
    AuditAction.PASSWORD_CHANGED: N_("Password changed"),
    AuditAction.USER_CREATED: N_("User created"),
    AuditAction.USER_CHANGED: N_("User changed"),
    AuditAction.USER_DELETED: N_("User deleted"),
    AuditAction.GROUP_CREATED: N_("Group created"),
    AuditAction.GROUP_CHANGED: N_("Group changed"),
    AuditAction.GROUP_DELETED: N_("Group deleted"),
    AuditAction.FIELD_CREATED: N_("Field created"),
    AuditAction.FIELD_CHANGED: N_("Field changed"),
    AuditAction.FIELD_DELETED: N_("Field deleted"),
    AuditAction.FIELD_RESTORED: N_("Field restored"),
    AuditAction.LIST_CREATED: N_("List created"),
    AuditAction.LIST_CHANGED: N_("List changed"),
    AuditAction.LIST_DELETED: N_("List deleted"),
    AuditAction.SETTING_CHANGED: N_("Setting changed"),
    AuditAction.PARTNER_DELETED: N_("Partner deleted"),
    AuditAction.PARTNER_RESTORED: N_("Partner restored"),
    AuditAction.ATTACHMENT_DELETED: N_("File deleted"),
    AuditAction.IMPORT: N_("Partners loaded from a file"),
    AuditAction.IMPORT_REMOVED: N_("Load of partners removed"),
    AuditAction.EXPORT: N_("Export"),
    AuditAction.LISTENED_IN: N_("Listened in on a talk"),
    AuditAction.RECORDING_HEARD: N_("Listened to a recording"),
    AuditAction.MISSED_CALL_CLOSED: N_("Missed call closed by hand"),
    AuditAction.REFUSED: N_("Attempt without the right"),
}


def action_words() -> dict[AuditAction, str]:
    """Every action in the reader's language, in the order of a drop-down."""
    return {action: _(text) for action, text in _WORDS.items()}


def action_text(action: AuditAction) -> str:
    """One action in the reader's language."""
    return _(_WORDS[action])
