"""The settings of a workspace, and what its sign-in page shows to strangers."""

from typing import Any

import pytest

from app.models import AuditEvent, Workspace
from app.settings import settings
from tests.ask import Service
from tests.cast import SEES

POLICIES = "policies { isSignUpOpen creationClients preferredEmailDomains isPinAllowed isManualPasswordAllowed }"
SHOWN = f"""workspace {{ name languages defaultLanguage timeZone publicUrl settingsVersion preferredEmailDomains
  {POLICIES} }}"""
UPDATE = "mutation($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { errors { code } } }"


async def update(service: Service, who: str = "ada", **input: Any) -> dict[str, Any]:
    """The payload of updateWorkspace."""
    return await service.change(who, "updateWorkspace", input, SHOWN)


def words(payload: dict[str, Any]) -> list[str]:
    """Code and path of each error."""
    return [" ".join([error["code"], *error["path"]]) for error in payload["errors"]]


@pytest.mark.requirement(43, 71, 85)
async def test_settings_are_changed_one_by_one_and_leave_a_line(service: Service) -> None:
    before = (await update(service))["workspace"]
    assert before == {
        "name": "Toits",
        "languages": ["en", "fr"],
        "defaultLanguage": "en",
        "timeZone": "UTC",
        "publicUrl": None,
        "settingsVersion": 1,
        "preferredEmailDomains": [],
        "policies": {
            "isSignUpOpen": False,
            "creationClients": ["WEB", "API"],
            "preferredEmailDomains": [],
            "isPinAllowed": True,
            "isManualPasswordAllowed": True,
        },
    }
    policies = {"isPinAllowed": False, "preferredEmailDomains": ["Toits.Example", "@toits.example", "bâtir.example"]}
    changed = (await update(service, name=" Les  Toits ", timeZone="America/Toronto", policies=policies))["workspace"]
    assert (changed["name"], changed["timeZone"], changed["settingsVersion"]) == ("Les Toits", "America/Toronto", 2)
    assert changed["policies"] == before["policies"] | {
        "isPinAllowed": False,
        "preferredEmailDomains": ["toits.example", "bâtir.example"],
    }
    more = await update(service, policies={"creationClients": ["MOBILE", "MOBILE"], "isPinAllowed": False})
    assert more["workspace"]["policies"] == changed["policies"] | {"creationClients": ["MOBILE"]}
    first, second = await AuditEvent.filter(kind="SETTINGS_CHANGED").order_by("id")
    assert first.before == {
        "name": "Toits",
        "timeZone": "UTC",
        "pinAllowed": True,
        "preferredEmailDomains": [],
    }
    assert first.after["preferredEmailDomains"] == ["toits.example", "bâtir.example"]
    assert (second.before, second.after) == (
        {"creationClients": ["WEB", "API"]},
        {"creationClients": ["MOBILE"]},
    )
    zurich = await Workspace.get(slug="zurich")
    assert (zurich.name, zurich.policies, zurich.version) == ("Zurich", {}, 1)


@pytest.mark.requirement(43)
@pytest.mark.parametrize("name", SEES)
async def test_who_sees_and_changes_settings(service: Service, name: str) -> None:
    shown = (await service.ask(name, f"{{ workspace {{ publicUrl preferredEmailDomains {POLICIES} }} }}"))[
        "workspace"
    ]
    assert shown["preferredEmailDomains"] == []
    if name in ("ada", "zoe"):
        assert shown["policies"]["isPinAllowed"] is True
        assert words(await update(service, name, name="New")) == []
        slug = "toits" if name == "ada" else "zurich"
        assert await Workspace.filter(name="New").values("slug") == [{"slug": slug}]
    else:
        assert shown["policies"] is None
        assert await service.refused(name, UPDATE, input={"name": "New"}) == ["FORBIDDEN"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": " "}, "REQUIRED name"),
    ({"name": "x" * 201}, "TOO_LONG name"),
    ({"languages": []}, "REQUIRED languages"),
    ({"languages": ["en", "de"]}, "LANGUAGE_NOT_SPOKEN languages"),
    ({"languages": ["fr"]}, "LANGUAGE_NOT_SPOKEN defaultLanguage"),
    ({"defaultLanguage": "de"}, "LANGUAGE_NOT_SPOKEN defaultLanguage"),
    ({"timeZone": "Mars/Olympus"}, "INVALID_VALUE timeZone"),
    ({"timeZone": "../../etc/passwd"}, "INVALID_VALUE timeZone"),
    ({"timeZone": ""}, "INVALID_VALUE timeZone"),
    ({"policies": {"creationClients": []}}, "REQUIRED policies creationClients"),
    ({"policies": {"preferredEmailDomains": ["a b"]}}, "INVALID_VALUE policies preferredEmailDomains"),
    ({"policies": {"preferredEmailDomains": ["x@y.example"]}}, "INVALID_VALUE policies preferredEmailDomains"),
    ({"policies": {"preferredEmailDomains": [""]}}, "INVALID_VALUE policies preferredEmailDomains"),
    ({"policies": {"preferredEmailDomains": ["x.example"] * 21}}, "TOO_MANY policies preferredEmailDomains"),
    ({"publicUrl": "https://x.example/" + "x" * 300}, "TOO_LONG publicUrl"),
    *(
        ({"publicUrl": url}, "INVALID_VALUE publicUrl")
        for url in (
            "http://toits.example",
            "https://user:secret@toits.example",
            "https://@toits.example",
            "https://",
            "https:///path",
            "//toits.example",
            "javascript:alert(1)",
            "ftp://toits.example",
            "https://toits.example?x=1",
            "https://toits.example#x",
            "https://toits.example\\evil",
            "https://toits.example/\u202e",
            "https://toits.example:99999",
            "http://127.0.0.1.evil.example",
            "http://[::1",
        )
    ),
]


@pytest.mark.parametrize(("given", "word"), BAD)
async def test_what_does_not_fit_changes_nothing(service: Service, given: dict[str, Any], word: str) -> None:
    before = await Workspace.all().order_by("id").values()
    refused = await update(service, **{"timeZone": "Europe/Paris"} | given)
    assert words(refused) == [word]
    assert await Workspace.all().order_by("id").values() == before
    assert not await AuditEvent.filter(kind="SETTINGS_CHANGED").exists()


@pytest.mark.parametrize("domain", ["bad domain", "@bad domain", "", "x" * 1000])
async def test_a_domain_that_does_not_fit_is_named_among_others(service: Service, domain: str) -> None:
    policies = {"preferredEmailDomains": ["toits.example", domain, "other.example"]}
    [error] = (await update(service, policies=policies))["errors"]
    assert error["message"] == f'This value does not fit: "{domain[:254]}".'


@pytest.mark.requirement(7)
@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://toits.example/app/", "https://toits.example/app"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        (" ", None),
        (None, None),
    ],
)
async def test_the_front_end_of_a_workspace_is_where_its_people_sign_in(
    service: Service, url: str | None, kept: str | None
) -> None:
    assert (await update(service, publicUrl=url))["workspace"]["publicUrl"] == kept
    asked = await service.ask("wes", '{ workspace { portalUrl(audience: WORKER, language: "fr") publicUrl } }')
    assert asked["workspace"] == {"portalUrl": f"{kept or settings().public_url}/fr/worker", "publicUrl": None}


@pytest.mark.requirement(7, 85)
async def test_a_sign_in_page_is_in_the_language_of_the_workspace_unless_said(service: Service) -> None:
    query = """{ workspace { unsaid: portalUrl(audience: WORKER) none: portalUrl(audience: WORKER, language: null)
      said: portalUrl(audience: WORKER, language: "en") } }"""
    for language in ("en", "fr"):
        assert words(await update(service, defaultLanguage=language)) == []
        shown = (await service.ask("wes", query))["workspace"]
        usual = f"{settings().public_url}/{language}/worker"
        assert shown == {"unsaid": usual, "none": usual, "said": f"{settings().public_url}/en/worker"}


async def test_a_lost_update_is_a_conflict_that_shows_the_present_settings(service: Service) -> None:
    assert words(await update(service, expectedVersion=1, name="First")) == []
    late = await update(service, expectedVersion=1, name="Second")
    assert words(late) == ["CONFLICT expectedVersion"]
    assert (late["workspace"]["name"], late["workspace"]["settingsVersion"]) == ("First", 2)


@pytest.mark.requirement(85, 99)
async def test_a_sign_in_page_shows_no_more_than_it_needs(service: Service) -> None:
    query = "query($slug: String!) { portal(slug: $slug) { name languages defaultLanguage isSignUpOpen } }"
    assert (await service.ask(None, query, slug="toits"))["portal"] == {
        "name": "Toits",
        "languages": ["en", "fr"],
        "defaultLanguage": "en",
        "isSignUpOpen": False,
    }
    opened = await update(service, defaultLanguage="fr", languages=["fr"], policies={"isSignUpOpen": True})
    assert words(opened) == []
    shown = (await service.ask(None, query, slug="toits"))["portal"]
    assert (shown["languages"], shown["defaultLanguage"], shown["isSignUpOpen"]) == (["fr"], "fr", True)
    for slug in ("nowhere", "", "x" * 1000):
        assert (await service.ask(None, query, slug=slug))["portal"] is None
    assert await service.refused(None, "{ workspace { name } }") == ["NOT_SIGNED_IN"]
