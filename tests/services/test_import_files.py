"""What people bring as "the base": good tables, and files that are none (R7.7.1)."""

import csv
import io
import random
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kaw.errors import InvalidValue
from kaw.i18n import explain
from kaw.services.import_files import open_table

TITLES = ["Название контакта", "Телефон", "Комментарий"]
ROWS = [
    ["ООО «Ёлочка; и ко»", "+7 (903) 505-12-34", 'Сказал: "позвоните, пожалуйста"\nв среду'],
    ["ИП Петров П.П.", "8 800 2000 600", '=HYPERLINK("http://x","y") 🎉'],
]


def read(path: Path) -> tuple[list[str], list[tuple[int, list[Any]]]]:
    table = open_table(path)
    return table.titles, list(table.rows)


def refusal(path: Path) -> str:
    with pytest.raises(InvalidValue) as refused:
        read(path)
    assert refused.value.field == "file"
    return explain(refused.value)


def csv_text(separator: str, titles: list[str] = TITLES, rows: list[list[str]] = ROWS) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=separator, lineterminator="\r\n").writerows([titles, *rows])
    return written.getvalue()


def xlsx(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


# R7.7.1: encoding and separator are found
@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "cp866", "utf-16", "utf-16-le", "utf-16-be"])
def test_csv_in_any_encoding_and_with_any_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "база.csv"
    text = csv_text(separator)
    if encoding in ("cp1251", "cp866"):
        text = text.replace("🎉", "!").replace("«", '""').replace("»", '""')
    path.write_bytes(text.encode(encoding))
    titles, rows = read(path)
    assert titles == TITLES
    assert [number for number, _values in rows] == [2, 3]
    assert rows[0][1][2] == 'Сказал: "позвоните, пожалуйста"\nв среду'
    assert rows[1][1][0] == "ИП Петров П.П."
    assert rows[1][1][2].startswith('=HYPERLINK("http://x","y")')


def test_rows_keep_the_numbers_that_excel_shows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('\n\nname;comment\n\n1;"two\nlines"\n;;;\n2;b;;\n', encoding="utf-8")
    assert read(path) == (["name", "comment"], [(5, ["1", "two\nlines"]), (7, ["2", "b"])])


def test_excel_names_its_separator(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('\ufeffsep=,\nname,comment\nЁж,"a;b;c"\n', encoding="utf-8")
    assert read(path) == (["name", "comment"], [(3, ["Ёж", "a;b;c"])])


def test_a_single_column_is_a_table_too(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Название\nРога, копыта и ко\nЁж\n", encoding="utf-8")
    titles, rows = read(path)
    assert titles == ["Название"]
    assert len(rows) == 2


def test_a_few_broken_letters_leave_the_rest_readable(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(csv_text(";").encode() + b"\xd0\xd0;1;\r\n" + "Ещё один;1;привет\r\n".encode())
    _titles, rows = read(path)
    assert rows[-1] == (5, ["Ещё один", "1", "привет"])
    assert rows[-2] == (4, ["\ufffd\ufffd", "1"])


# R7.7.1: xlsx with real values
def test_xlsx_gives_numbers_dates_and_texts(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "a.xlsx",
        [
            ["Название", "Сумма", "Дата", "Когда", "Да"],
            ["Ёж\nи ко", 9684095252, date(2026, 2, 28), datetime(2026, 2, 28, 13, 45, 10), True],
            [],
            ["x" * 32767, 1.5, date(1999, 12, 31), None, None],
        ],
    )
    titles, rows = read(path)
    assert titles == ["Название", "Сумма", "Дата", "Когда", "Да"]
    assert rows[0] == (2, ["Ёж\nи ко", 9684095252, date(2026, 2, 28), datetime(2026, 2, 28, 13, 45, 10), True])
    assert rows[1] == (4, ["x" * 32767, 1.5, date(1999, 12, 31)])


def test_the_first_visible_sheet_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["скрытый"])
    book.active.sheet_state = "hidden"
    shown = book.create_sheet("Партнёры")
    shown.append(["Название"])
    shown.append(["Ёж"])
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == (["Название"], [(2, ["Ёж"])])


def test_what_a_file_holds_counts_and_not_its_ending(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xls", [["Название"], ["Ёж"]])
    assert read(path) == (["Название"], [(2, ["Ёж"])])
    (tmp_path / "b.xls").write_text("Название;Телефон\nЁж;1\n", encoding="cp1251")
    assert read(tmp_path / "b.xls") == (["Название", "Телефон"], [(2, ["Ёж", "1"])])


def test_xls_of_old_excel(tmp_path: Path) -> None:
    fixture = Path(__file__).parents[1] / "fixtures" / "partners.xls"
    titles, rows = read(fixture)
    assert titles == ["Название контакта", "Телефон", "Дата"]
    assert rows[0] == (2, ["ООО «Ёлочка»", 9684095252, date(2026, 2, 28)])


# Bad input: each gets a clear message
@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20,
        b"%PDF-1.7\n1 0 obj\n",
        b"<html><table><tr><td>1</td></tr></table></html>",
        b"{\\rtf1\\ansi hello}",
        random.Random(1).randbytes(50_000),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048) + "WordDocument".encode("utf-16-le") + bytes(2048),
    ],
    ids=["picture", "pdf", "html", "rtf", "noise", "doc"],
)
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "база.xlsx"
    path.write_bytes(content)
    assert "csv" in refusal(path)


def test_a_docx_called_xlsx_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert "csv" in refusal(path)


@pytest.mark.parametrize("content", [b"", b"\r\n  \r\n", b"\xef\xbb\xbf", b";;;\n;;\n"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert "пуст" in refusal(path)


def test_titles_alone_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Название;Телефон\n;;\n", encoding="utf-8")
    assert "заголовк" in refusal(path)


def test_a_password_is_asked_to_be_removed(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "EncryptedPackage".encode("utf-16-le") + bytes(1000)
    )
    assert "парол" in refusal(path)


def test_a_damaged_xlsx_is_refused(tmp_path: Path) -> None:
    whole = xlsx(tmp_path / "a.xlsx", [["Название"], *[[f"Ёж {i}"] for i in range(500)]]).read_bytes()
    path = tmp_path / "b.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    assert "поврежд" in refusal(path)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        inside = archive.getinfo("xl/worksheets/sheet1.xml").header_offset + 500
    path.write_bytes(whole[:inside] + bytes(200) + whole[inside + 200 :])
    assert "поврежд" in refusal(path)


def test_a_cut_xls_is_refused(tmp_path: Path) -> None:
    whole = (Path(__file__).parents[1] / "fixtures" / "partners.xls").read_bytes()
    path = tmp_path / "b.xls"
    path.write_bytes(whole[: len(whole) // 2])
    refusal(path)


def forged_xlsx(path: Path, sheet: str | bytes, strings: str = "") -> Path:
    """An xlsx whose sheet is given as XML."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/s.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml", '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>'
        )
        archive.writestr("xl/worksheets/s.xml", sheet)
        if strings:
            archive.writestr("xl/sharedStrings.xml", strings)
    return path


def test_a_zip_bomb_is_refused_at_once(tmp_path: Path) -> None:
    bomb = b"<worksheet><sheetData>" + b" " * 80_000_000
    assert "слишком" in refusal(forged_xlsx(tmp_path / "a.xlsx", bomb))


def test_swelling_entities_are_refused(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet><sheetData>&b;</sheetData></worksheet>'
    assert "поврежд" in refusal(forged_xlsx(tmp_path / "a.xlsx", laughs))
    reaching = '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst><si><t>&a;</t></si></sst>'
    assert "поврежд" in refusal(forged_xlsx(tmp_path / "b.xlsx", "<worksheet/>", reaching))


def test_a_cell_in_the_last_corner_does_not_fill_the_memory(tmp_path: Path) -> None:
    sheet = '<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>{}</sheetData></worksheet>'
    corner = forged_xlsx(tmp_path / "a.xlsx", sheet.format('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))
    assert "500" in refusal(corner)
    below = forged_xlsx(tmp_path / "b.xlsx", sheet.format('<row r="99999999"><c r="A99999999"><v>1</v></c></row>'))
    assert "1048576" in refusal(below)


def test_a_million_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(";".join(f"c{i}" for i in range(1_000_000)) + "\n1;2\n", encoding="utf-8")
    assert "500" in refusal(path)


def test_a_hundred_thousand_characters_and_nul_bytes_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Название;Комментарий\nЁж\x00;" + "я" * 100_000 + "\n", encoding="utf-8")
    _titles, rows = read(path)
    assert len(rows[0][1][1]) == 100_000


def test_a_quotation_mark_that_is_never_closed_is_told_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('Название;Комментарий\nЁж;1\nЕж;"начало\n' + "строка;1\n" * 50_000, encoding="utf-8")
    assert "3" in refusal(path)
