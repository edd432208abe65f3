"""What a file really holds, told by its first bytes."""

import zipfile
from enum import Enum, auto
from pathlib import Path

from kaw.i18n import N_
from kaw.services.import_files.refusals import damaged, locked, refuse, wrong_type

HEAD = 64 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of xls, doc, and of encrypted xlsx
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
WORKBOOKS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
PICTURES = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM",
    b"%PDF",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"MZ",
    b"\x7fELF",
)
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
HARMLESS_CONTROLS = b"\t\n\r\x0c\x00\x1a"  # a NUL is dropped from its cell; Ctrl+Z ended files of DOS
MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"{\\rtf")


class Content(Enum):
    XLSX = auto()
    XLS = auto()
    TEXT = auto()


def content_of(path: Path) -> Content:
    """Which reader a file needs; InvalidValue for one that is no table."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip():
        raise refuse(N_("The file is empty."))
    if head.startswith(b"PK\x03\x04"):
        return _zip_content(path)
    if head.startswith(OLE):
        return _ole_content(path)
    if head.startswith(PICTURES) or head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(MARKUP) or _is_binary(head):
        raise wrong_type()
    return Content.TEXT


def looks_like_utf16(head: bytes) -> bool:
    """Whether every second byte is mostly zero (Latin) or the same small number (Cyrillic is 04)."""
    odd, even = head[1::2], head[0::2]
    return any(part and (part.count(0) + part.count(4)) > 0.7 * len(part) and part.count(0) > 0 for part in (odd, even))


def utf16_of(head: bytes) -> str:
    """The order of bytes in a text that is UTF-16."""
    if head.startswith(UTF16_MARKS):
        return "utf-16"
    return "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"


def _zip_content(path: Path) -> Content:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as fault:
        raise damaged() from fault
    if "xl/workbook.xml" not in (name.lower() for name in names):
        raise wrong_type()
    return Content.XLSX


def _ole_content(path: Path) -> Content:
    """An OLE container lists its streams by name; Excel's book is one of them, an encrypted xlsx another."""
    found = b""
    with path.open("rb") as file:
        kept = b""
        while chunk := file.read(1024 * 1024):
            window = kept + chunk
            if ENCRYPTED in window:
                raise locked()
            found = found or next((name for name in WORKBOOKS if name in window), b"")
            kept = chunk[-64:]
    if not found:
        raise wrong_type()
    return Content.XLS


def _is_binary(head: bytes) -> bool:
    if head.startswith(UTF16_MARKS) or looks_like_utf16(head):
        text = head[: len(head) // 2 * 2].decode(utf16_of(head), "replace")
        return sum(1 for c in text if c == "\ufffd" or (c < " " and c not in "\t\n\r")) > len(text) / 100
    strange = sum(1 for byte in head if byte < 32 and byte not in HARMLESS_CONTROLS)
    return strange > len(head) / 200 or head.count(0) > len(head) / 20
