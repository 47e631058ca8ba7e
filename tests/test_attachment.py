"""Files on requests: who hands them in, who gets them, what they are, and that none is lost or forgotten."""

import asyncio
import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest

from app.files import sweeping
from app.files.kinds import OFFICE, OPEN_DOCUMENT
from app.files.store import Store
from app.models import Activity, Attachment, Notification, Person, Request, nouns
from app.models.attachment import AttachmentState
from app.models.request import RequestStatus
from app.settings import settings
from tests.ask import Service
from tests.cast import REQUESTS, SEES

PATH = "/files/attachments"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x06\0\0\0" + bytes(200)
TEXT = "Évier bouché\n".encode()
SHOWN = """query($id: ID!) { request(id: $id) { viewerCan { attach }
  attachments { totalCount nodes { id name mediaType size isInternal url author { name } } }
  activity { nodes { kind isInternal before after } } } }"""
MISSING = "att_" + "0" * 32


def zipped(*names: str, stored: str = "") -> bytes:
    """An archive with these files in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in names:
            archive.writestr(name, stored)
    return file.getvalue()


async def upload(
    service: Service, who: str | None, which: str, content: bytes = PNG, headers: Any = None, **more: str
) -> httpx2.Response:
    """Hands a file in; `which` is a request of the cast or an id."""
    request = service.cast.request(which) if which in REQUESTS else which
    params = {"requestId": request, "name": "photo.png", **more}
    shown = await service.headers(who) | (headers or {})
    return await service.http.post(PATH, params=params, content=content, headers=shown)


async def attached(service: Service, who: str, which: str, content: bytes = PNG, **more: str) -> str:
    """The id of a file that was taken in."""
    answer = await upload(service, who, which, content, **more)
    assert answer.status_code == 201, answer.text
    number: str = answer.json()["attachment"]["id"]
    return number


async def download(service: Service, name: str | None, number: str, **headers: str) -> httpx2.Response:
    return await service.http.get(f"{PATH}/{number}", headers=await service.headers(name) | headers)


async def shown(service: Service, name: str, which: str) -> dict[str, Any]:
    row: dict[str, Any] = (await service.ask(name, SHOWN, id=service.cast.request(which)))["request"]
    return row


def codes(answer: httpx2.Response) -> list[str]:
    """The codes of a refusal, by the payload or at the top."""
    errors = answer.json()["errors"]
    return [each["extensions"]["code"] if "extensions" in each else each["code"] for each in errors]


def files(service: Service) -> list[Path]:
    """What lies in the store."""
    return [path for path in (settings().var / "files").rglob("*") if path.is_file()]


@pytest.mark.requirement(18)
async def test_a_file_is_handed_in_shown_and_handed_out(service: Service) -> None:
    number = await attached(service, "wes", "tap")
    row = await shown(service, "ada", "tap")
    assert row["attachments"] == {
        "totalCount": 1,
        "nodes": [
            {
                "id": number,
                "name": "photo.png",
                "mediaType": "image/png",
                "size": len(PNG),
                "isInternal": False,
                "url": f"{service.url}{PATH}/{number}",
                "author": {"name": "Wes Roy"},
            }
        ],
    }
    line = row["activity"]["nodes"][0]
    assert (line["kind"], line["isInternal"], line["after"]) == ("ATTACHED", False, {"name": "photo.png"})
    for name in ("wes", "ada", "cyn", "cora"):
        answer = await download(service, name, number)
        assert (answer.status_code, answer.content) == (200, PNG)
    assert [path.read_bytes() for path in files(service)] == [PNG]
    head = await service.http.head(f"{PATH}/{number}", headers=await service.headers("wes"))
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(PNG)), b"")


async def test_it_is_saved_and_never_shown(service: Service) -> None:
    number = await attached(service, "wes", "tap", name='évier "1".png')
    headers = (await download(service, "wes", number)).headers
    assert headers["content-type"] == "image/png"
    assert (
        headers["content-disposition"]
        == "attachment; filename=\"_vier _1_.png\"; filename*=UTF-8''%C3%A9vier%20_1_.png"
    )
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"


# Who may. What each may attach to of what they see; the code for the others.


@pytest.mark.requirement(38, 60)
@pytest.mark.parametrize("name", SEES)
async def test_who_may_hand_in_and_who_gets_it(service: Service, name: str) -> None:
    missing = await upload(service, name, "req_" + "0" * 32)
    assert (missing.status_code, codes(missing)) == (422, ["NOT_FOUND"])
    for which in REQUESTS:
        by = "zoe" if which == "zinc" else "ada"
        public = await attached(service, by, which)
        secret = await attached(service, by, which, isInternal="true")
        for number, seen in ((public, which in SEES[name]), (secret, which in SEES[name] and name not in CLIENTS)):
            answer = await download(service, name, number)
            assert answer.status_code == (200 if seen else 404), which
            if not seen:
                assert answer.content == (await download(service, name, MISSING)).content
        answer = await upload(service, name, which)
        if which not in SEES[name]:
            assert answer.content == missing.content
            continue
        row = await shown(service, name, which)
        assert (answer.status_code == 201) is row["viewerCan"]["attach"], which
        assert answer.status_code == 201 or codes(answer) == ["FORBIDDEN"]
        assert [each["isInternal"] for each in row["attachments"]["nodes"]].count(True) == (name not in CLIENTS)


CLIENTS = {"cora", "cyn", "cal", "bo"}


async def test_a_client_hands_in_nothing_internal_and_nothing_once_work_has_begun(service: Service) -> None:
    answer = await upload(service, "cyn", "tap", isInternal="true")
    assert (answer.status_code, answer.json()["errors"][0]["path"], codes(answer)) == (
        422,
        ["isInternal"],
        ["FORBIDDEN"],
    )
    await attached(service, "cyn", "tap")
    await Request.filter(id=service.cast.key("tap")).update(status=RequestStatus.IN_PROGRESS)
    assert codes(await upload(service, "cyn", "tap")) == ["WRONG_STATE"]
    assert await Attachment.all().count() == 1


async def test_an_internal_file_is_on_no_path_of_a_client(service: Service) -> None:
    number = await attached(service, "wes", "tap", isInternal="true", name="rude client.png")
    node = "query($id: ID!) { node(id: $id) { id } }"
    for name, seen in (("wes", True), ("cyn", False), ("cora", False)):
        answer = await service.post(name, SHOWN, id=service.cast.request("tap"))
        assert (b"rude" in answer.content) is seen
        assert bool((await service.ask(name, node, id=number))["node"]) is seen
    assert not await Notification.filter(recipient_id=service.cast.key("cyn")).exists()


async def test_rights_are_asked_at_each_download(service: Service) -> None:
    number = await attached(service, "wes", "tap")
    ids = {"requestId": service.cast.request("tap"), "workerId": service.cast.worker("wes")}
    assert (await service.change("ada", "unassignRequest", ids))["errors"] == []
    assert (await download(service, "wes", number)).status_code == 404
    assert (await service.change("ada", "assignRequest", ids))["errors"] == []
    assert (await download(service, "wes", number)).status_code == 200
    await service.ask("wes", "mutation { signOut { errors { code } } }")
    assert (await download(service, "wes", number)).status_code == 401


async def test_strangers_and_those_with_a_temporary_password(service: Service) -> None:
    number = await attached(service, "wes", "tap")
    for answer in (await upload(service, None, "tap"), await download(service, None, number)):
        assert (answer.status_code, codes(answer)) == (401, ["UNAUTHENTICATED"])
    await Person.filter(id=service.cast.key("wes")).update(must_change_password=True)
    for answer in (await upload(service, "wes", "tap"), await download(service, "wes", number)):
        assert (answer.status_code, codes(answer)) == (403, ["PASSWORD_CHANGE_REQUIRED"])
    assert await Attachment.all().count() == 1


async def test_a_cookie_needs_the_name_of_its_portal_and_a_known_origin(service: Service) -> None:
    number = await attached(service, "wes", "tap")
    cookie = {"Cookie": f"guichet_worker={await service.token('wes')}"}
    portal = cookie | {"X-Guichet-Audience": "WORKER"}
    foreign = portal | {"Origin": "https://evil.example"}
    own = portal | {"Origin": service.url}
    for headers, status in ((cookie, 401), (portal, 201), (own, 201), (foreign, 403)):
        assert (await upload(service, None, "tap", headers=headers)).status_code == status
        assert (await download(service, None, number, **headers)).status_code == (200 if status == 201 else status)
    beside = portal | {"Sec-Fetch-Site": "cross-site"}
    assert (await download(service, None, number, **beside)).status_code == 403


# What it is, and what it may be called.

KINDS: dict[str, tuple[bytes, str | None]] = {
    "png": (PNG, "image/png"),
    "jpeg": (b"\xff\xd8\xff\xe1\0\x10Exif\0\0" + bytes(50), "image/jpeg"),
    "gif": (b"GIF89a" + bytes(20), "image/gif"),
    "webp": (b"RIFF\0\0\0\0WEBPVP8 " + bytes(20), "image/webp"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heif"),
    "mp4": (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "video/mp4"),
    "mov": (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "application/pdf"),
    "docx": (zipped("[Content_Types].xml", "word/document.xml"), f"{OFFICE}.wordprocessingml.document"),
    "xlsx": (zipped("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}.spreadsheetml.sheet"),
    "odt": (zipped("mimetype", stored=f"{OPEN_DOCUMENT}.text"), f"{OPEN_DOCUMENT}.text"),
    "ods": (zipped("mimetype", stored=f"{OPEN_DOCUMENT}.spreadsheet"), f"{OPEN_DOCUMENT}.spreadsheet"),
    "text": (TEXT, "text/plain"),
    "csv": (b"a;b\n1;2\n", "text/plain"),
    "html": (b"<!DOCTYPE html><html><script>alert(1)</script>", None),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', None),
    "svg with a head": (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', None),
    "zip": (zipped("a.txt"), None),
    "jar": (zipped("META-INF/MANIFEST.MF", "a.class"), None),
    "exe": (b"MZ\x90\0\3\0\0\0\4" + bytes(60), None),
    "elf": (b"\x7fELF\2\1\1" + bytes(60), None),
    "noise": (bytes(range(256)), None),
    "text with a NUL": (b"hello\0world", None),
    "latin-1": ("évier".encode("latin-1"), None),
}


async def test_the_content_decides_what_a_file_is(service: Service) -> None:
    for kind, (content, media_type) in KINDS.items():
        answer = await upload(service, "wes", "tap", content, {"Content-Type": "image/png"}, name="harmless.png")
        if media_type is None:
            assert (answer.status_code, codes(answer)) == (422, ["FILE_TYPE"]), kind
        else:
            assert (answer.status_code, answer.json()["attachment"]["mediaType"]) == (201, media_type), kind
    taken = sum(media_type is not None for _, media_type in KINDS.values())
    assert await Attachment.all().count() == len(files(service)) == taken


NAMES: dict[str, str] = {
    "photo.png": "photo.png",
    "Photo.PNG": "Photo.PNG",
    "photo": "photo.png",
    "bill.html": "bill.html.png",
    "../../etc/passwd": "passwd.png",
    "..\\..\\boot.ini": "boot.ini.png",
    "/": "file.png",
    "...": "file.png",
    " .png": "png.png",
    "a\r\nSet-Cookie: b.png": "a Set-Cookie_ b.png",
    "gpj.\u202egnp.exe": "gpj.gnp.exe.png",
    "zero\u200bwidth\u2066.png": "zerowidth.png",
    'quo"te*?<>|.png': "quo_te_____.png",
    "évier 🛠.png": "évier 🛠.png",
    "e\u0301vier.png": "évier.png",
    "x" * 5000: f"{'x' * 116}.png",
    f"{'é' * 300}.png": f"{'é' * 116}.png",
    "=cmd|' /C calc'!A0.png": "C calc'!A0.png",
}


async def test_hostile_names_become_harmless(service: Service) -> None:
    for given, kept in NAMES.items():
        number = await attached(service, "wes", "tap", name=given)
        header = (await download(service, "wes", number)).headers["content-disposition"]
        assert unquote(header.partition("filename*=UTF-8''")[2]) == kept, given
        assert header.isascii() and header.startswith('attachment; filename="')
    rows = (await shown(service, "wes", "tap"))["attachments"]["nodes"]
    assert [row["name"] for row in rows] == list(NAMES.values())[:25]
    assert all(path.name.replace("-", "").isalnum() for path in files(service))


# What is refused at the door.


@pytest.mark.parametrize("options", [{"max_file": 1000, "files_per_request": 3}])
async def test_sizes_and_numbers_are_limited(service: Service) -> None:
    exact = await upload(service, "wes", "tap", PNG + bytes(1000 - len(PNG)))
    assert exact.status_code == 201
    over = await upload(service, "wes", "tap", PNG + bytes(1001 - len(PNG)))
    assert (over.status_code, codes(over)) == (413, ["BODY_TOO_LARGE"])
    empty = await upload(service, "wes", "tap", b"")
    assert (empty.status_code, codes(empty), empty.json()["errors"][0]["path"]) == (422, ["REQUIRED"], ["file"])

    async def chunks() -> Any:
        for _ in range(15):
            yield bytes(100)

    params = {"requestId": service.cast.request("tap"), "name": "x"}
    answer = await service.http.post(PATH, params=params, content=chunks(), headers=await service.headers("wes"))
    assert (answer.status_code, codes(answer)) == (413, ["BODY_TOO_LARGE"])
    for _ in range(2):
        await attached(service, "wes", "tap")
    assert codes(await upload(service, "wes", "tap")) == ["TOO_MANY"]
    assert await Attachment.all().count() == len(files(service)) == 3


@pytest.mark.parametrize("options", [{"file_types": ["application/pdf"]}])
async def test_an_operator_may_take_fewer_kinds(service: Service) -> None:
    assert codes(await upload(service, "wes", "tap")) == ["FILE_TYPE"]
    await attached(service, "wes", "tap", KINDS["pdf"][0])


async def test_what_is_no_upload_is_told_as_such(service: Service) -> None:
    wes = await service.headers("wes")
    tap = service.cast.request("tap")
    for params in ({}, {"requestId": tap}, {"name": "x"}, {"requestId": tap, "name": "x", "isInternal": "perhaps"}):
        answer = await service.http.post(PATH, params=params, content=PNG, headers=wes)
        assert (answer.status_code, codes(answer)) == (400, ["INVALID_REQUEST"]), params
    nul = await upload(service, "wes", "tap", name="a\0b")
    assert (nul.status_code, codes(nul)) == (400, ["INVALID_TEXT"])
    form = await service.http.post(
        PATH, params={"requestId": tap, "name": "x"}, files={"file": ("a.png", PNG)}, headers=wes
    )
    assert (form.status_code, codes(form)) == (415, ["FILE_IS_A_FORM"])
    for text in ("nonsense", "R-1001", service.cast.worker("wes"), service.cast.request("zinc")):
        assert codes(await upload(service, "wes", text)) == (["NOT_FOUND"])
    for method, path, allowed in (
        ("GET", PATH, "POST"),
        ("POST", f"{PATH}/{MISSING}", "GET, HEAD"),
        ("PUT", PATH, "POST"),
    ):
        answer = await service.http.request(method, path, headers=wes)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert not await Attachment.all().exists() and files(service) == []


async def test_refusals_speak_the_viewers_language(service: Service) -> None:
    answer = await upload(service, "max", "tap", KINDS["exe"][0])
    assert answer.json()["errors"][0]["message"] == "Ce type de fichier n'est pas accepté."


# Deleting, and what becomes of the file.


async def remove(service: Service, name: str, number: str) -> list[str]:
    payload = await service.change(name, "deleteAttachment", {"attachmentId": number}, "request { id }")
    return [error["code"] for error in payload["errors"]]


async def test_who_takes_a_file_away(service: Service) -> None:
    mine, others = await attached(service, "wes", "tap"), await attached(service, "cyn", "tap", isInternal="false")
    assert await remove(service, "wes", others) == ["FORBIDDEN"]
    assert await remove(service, "cyn", mine) == ["FORBIDDEN"]
    assert await remove(service, "bo", mine) == ["NOT_FOUND"] == await remove(service, "bo", MISSING)
    assert await remove(service, "wes", mine) == []
    assert await remove(service, "wes", mine) == ["NOT_FOUND"]
    assert await remove(service, "max", others) == []
    row = await shown(service, "ada", "tap")
    assert row["attachments"] == {"totalCount": 0, "nodes": []}
    kinds = [(line["kind"], line["before"]) for line in row["activity"]["nodes"][:2]]
    assert kinds == [("DETACHED", {"name": "photo.png"})] * 2
    assert (await download(service, "ada", mine)).status_code == 404


async def swept(service: Service, given_up: timedelta = sweeping.GIVEN_UP) -> None:
    await sweeping.sweep(Store(settings()), given_up)


async def test_the_sweeper_removes_what_nobody_sees(service: Service) -> None:
    kept, deleted, hidden = [await attached(service, "wes", which) for which in ("tap", "tap", "roof")]
    assert await remove(service, "wes", deleted) == []
    request = {"requestId": service.cast.request("roof")}
    assert (await service.change("ada", "deleteRequest", request))["errors"] == []
    assert (await download(service, "ada", hidden)).status_code == 404
    assert len(files(service)) == 3
    await swept(service)
    assert [path.name.replace("-", "") for path in files(service)] == [kept.removeprefix("att_")]
    assert [nouns.ATTACHMENT.id(row.id) for row in await Attachment.all()] == [kept]
    assert (await download(service, "wes", kept)).content == PNG


async def test_an_upload_that_died_half_way_leaves_nothing(service: Service) -> None:
    """As a process leaves it that was killed after the row, in the middle of the file, or after it."""
    store = Store(settings())
    ids: dict[str, Any] = {"workspace_id": service.cast.key("toits"), "request_id": service.cast.key("tap")}
    about: dict[str, Any] = {
        "author_id": service.cast.key("wes"),
        "name": "x.png",
        "media_type": "image/png",
        "size": 1,
    }
    rows = [await Attachment.create(**ids, **about) for _ in range(3)]
    await store.put(rows[1].place, io.BytesIO(PNG))
    assert store.folder
    (store.folder / f"{rows[2].place}#1").write_bytes(PNG[:10])
    for row in rows:
        assert (await download(service, "ada", nouns.ATTACHMENT.id(row.id))).status_code == 404
    assert (await shown(service, "ada", "tap"))["attachments"]["totalCount"] == 0
    await swept(service)
    assert await Attachment.all().count() == 3  # they may still be on their way
    await swept(service, timedelta(0))
    assert not await Attachment.all().exists() and files(service) == []
    assert not await rows[0].arrive()  # too late


async def test_an_upload_whose_store_fails_shows_nothing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(self: Store, place: str, file: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(Store, "put", full)
    lines = await Activity.all().count()
    answer = await upload(service, "wes", "tap")
    assert (answer.status_code, codes(answer)) == (500, ["INTERNAL"]) and b"space" not in answer.content
    [row] = await Attachment.all()
    assert row.state == AttachmentState.DISCARDED and await Activity.all().count() == lines


async def test_a_request_that_is_deleted_meanwhile_takes_no_file(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Store.put

    async def slow(self: Store, place: str, file: Any) -> None:
        request = {"requestId": service.cast.request("tap")}
        assert (await service.change("ada", "deleteRequest", request))["errors"] == []
        await put(self, place, file)

    monkeypatch.setattr(Store, "put", slow)
    assert codes(await upload(service, "wes", "tap")) == ["NOT_FOUND"]
    await swept(service)
    assert not await Attachment.all().exists() and files(service) == []


async def test_a_file_that_was_lost_is_missing_and_not_a_bug(service: Service) -> None:
    number = await attached(service, "wes", "tap")
    for path in files(service):
        path.unlink()
    assert (await download(service, "wes", number)).status_code == 404


async def test_many_at_once(service: Service) -> None:
    for name in ("wes", "ada"):
        await service.token(name)
    contents = [PNG + bytes([number]) * 50_000 for number in range(12)]
    names = ["wes", "ada"] * 6
    numbers = await asyncio.gather(
        *(attached(service, *each) for each in zip(names, ["tap"] * 12, contents, strict=True))
    )
    answers = await asyncio.gather(*(download(service, "cyn", number) for number in numbers))
    assert [answer.content for answer in answers] == contents
