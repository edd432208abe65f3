"""The first rows of a file that is about to be loaded."""

from nicegui.element import Element

from kaw.i18n import _
from kaw.services.imports import FilePreview


class PreviewTable(Element, component="preview_table.js"):
    """Columns of the file with their fields, and its first rows."""

    def __init__(self, preview: FilePreview) -> None:
        super().__init__()
        self._props["columns"] = [
            {"title": title, "field": preview.matched.get(title, "")} for title in preview.columns
        ]
        self._props["rows"] = [list(row) for row in preview.sample]
        self._props["labels"] = {"table": _("First rows of the file"), "left": _("will not be loaded")}
