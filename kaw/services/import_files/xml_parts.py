"""XML without what XML is dangerous for: no document type, so no entities that swell or reach out."""

from xml.parsers import expat

from kaw.services.import_files.refusals import damaged


def safe_parser() -> expat.XMLParserType:
    """An expat parser that refuses a document type declaration."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def local(name: str) -> str:
    """An element's name without its namespace prefix."""
    return name.rpartition(":")[2]


def elements(data: bytes) -> list[tuple[str, dict[str, str]]]:
    """All elements of a small part in their order: local name and attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    if data:
        parser = safe_parser()
        parser.StartElementHandler = lambda name, attributes: found.append((local(name), attributes))
        parser.EndElementHandler = lambda name: found.append(("/" + local(name), {}))
        parser.Parse(data, True)
    return found


def _refuse(*_declaration: object) -> None:
    raise damaged()
