"""What people type into a name, in every kind of file: a text stays a text, and readable."""

import io
import zipfile

import openpyxl  # type: ignore[import-untyped]
import pytest

from app.models import Request
from app.models.request import RequestStatus
from tests.ask import Service
from tests.exports.asking import cells, fetched, made, pages

LONG = "œuvre " * 833 + "fin"
NAMES = {
    "formula": '=HYPERLINK("http://evil.example";"click")',
    "plus": "+1+cmd|' /C calc'!A0",
    "at": "@SUM(1+1)*cmd",
    "minus": "-2+3",
    "link": "https://evil.example/?a=b",
    "number": "007",
    "mail": "mailto:x@evil.example",
    "array": "{=1+1}",
    "hebrew": "שלום עולם",
    "arabic": "مرحبا",
    "emoji": "😀 fin",
    "family": "👩\u200d👩\u200d👧 fin",
    "accents": "E\u0301lodie Ærøskøbing",
    "markup": "<b>&amp;</b> _x0041_ ]]>",
    "quote": "'quoted",
    "lines": "one\ntwo\r\nthree",
    "long": LONG,
}
WIDE = "😀" * 20_000
REMOVED = {
    "noncharacters": ("a\ufffeb\uffffc", "abc"),
    "turned": ("abc\u202egnp.exe\u2066", "abcgnp.exe"),
    "controls": ("a\x07b\x1b[31m\x7fc\x85d", "ab[31mcd"),
}


async def rename(service: Service) -> dict[str, str]:
    """Requests with these titles in their descriptions; what their cells should say, by number."""
    texts = {**{name: (text, text.replace("\r\n", "\n")) for name, text in NAMES.items()}, **REMOVED}
    texts["wide"] = WIDE, WIDE[:16_383]  # Excel counts each of them twice
    first = await Request.get(id=service.cast.key("door"))
    expected = {}
    for number, (before, after) in enumerate(texts.values(), 2001):
        row = Request(
            workspace_id=first.workspace_id, created_by_id=first.created_by_id, site_id=first.site_id,
            number=number, title="hostile", description=before, status=RequestStatus.OPEN,
        )  # fmt: skip
        await row.index().save()
        expected[f"R-{number}"] = after
    return expected


@pytest.mark.requirement(52)
async def test_texts_stay_texts_in_a_workbook(service: Service) -> None:
    expected = await rename(service)
    job = await made(service, "ada", list="REQUESTS", columns=["number", "description"], search="hostile")
    content = (await fetched(service, "ada", job)).content
    # In this format `_x0041_` would be an A: the underscore is written as `_x005F_`, which Excel reads back.
    found = {row[0]: row[1].replace("_x005F_", "_") for row in cells(content)[1:]}
    assert found == expected
    [wide] = [text for text in found.values() if text.startswith("😀😀")]
    assert len(wide.encode("utf-16-le")) <= 2 * 32_767
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    kinds = {cell.data_type for row in page.iter_rows() for cell in row}
    assert kinds <= {"s", "inlineStr"} and not any(cell.hyperlink for row in page.iter_rows() for cell in row)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        written = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in written and "hyperlink" not in written
        assert not any("external" in name.lower() for name in archive.namelist())


@pytest.mark.requirement(52)
async def test_texts_stay_readable_in_a_document(service: Service) -> None:
    await rename(service)
    wanted = {"list": "REQUESTS", "columns": ["number", "description"], "search": "hostile", "format": "PDF"}
    job = await made(service, "ada", **wanted)
    content = (await fetched(service, "ada", job)).content
    text = " ".join("\n".join(pages(content)).split())
    for found in (
        *('=HYPERLINK("http://evil.example";"click")', "+1+cmd|' /C calc'!A0", "Élodie Ærøskøbing", "abcgnp.exe"),
        *("<b>&amp;</b> _x0041_ ]]>", "ab[31mcd", "one two three", "□ fin", "□□□ fin"),
    ):
        assert found in text, found
    assert text.count("œuvre") == 833
    assert "םלוע םולש" in text or "שלום עולם" in text
    for word in (b"/URI", b"/JavaScript", b"/Launch"):
        assert word not in content


@pytest.mark.requirement(52)
async def test_of_deleted_people_only_a_number_remains(service: Service) -> None:
    """FAILURES 47."""
    gone = await service.change("ada", "deletePerson", {"personId": service.cast.contact("cyn")})
    assert gone["errors"] == []
    for format_ in ("EXCEL", "PDF"):
        job = await made(service, "ada", list="REQUESTS", columns=["title", "requester"], format=format_)
        content = (await fetched(service, "ada", job)).content
        text = str(cells(content)) if format_ == "EXCEL" else "".join(pages(content))
        assert "Deleted person #1" in text and "Cyn" not in text
        where = {"status": ["DELETED"]}
        people = {"list": "CONTACTS", "columns": ["name", "email", "phone"], "where": where, "format": format_}
        job = await made(service, "ada", **people)
        content = (await fetched(service, "ada", job)).content
        if format_ == "EXCEL":
            assert cells(content)[1:] == [["Deleted person #1", None, None]]
        else:
            assert "Deleted person #1" in pages(content)[0] and "@" not in pages(content)[0]
