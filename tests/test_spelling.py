"""Addresses, usernames and passwords as keyboards and alphabets of the world send them."""

import unicodedata
from typing import Any

import pytest

from app.models import LoginName, Person
from app.resolvers.profile import email_of
from tests.ask import Service
from tests.cast import PASSWORD
from tests.test_credential import code, codes, set_password

ACCENTS = "a" + "\u0315\u0300" * 200_000  # to put these in order takes minutes


async def create(service: Service, **given: Any) -> dict[str, Any]:
    return await service.change("ada", "createUser", {"lastName": "Roy", **given}, "user { username email }")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Jean.Tremblay@X.example", "jean.tremblay@x.example"),
        ("jean+guichet@x.example", "jean+guichet@x.example"),
        ("weiß@straße.example", "weiß@straße.example"),  # not "strasse.example", which is somebody else's
        ("jean@xn--strae-oqa.example", "jean@straße.example"),
        ("JEAN@BÜCHER.example", "jean@bücher.example"),
        ("re\u0301mi@x.example", "rémi@x.example"),
        ("mıke@x.example", "mıke@x.example"),
    ],
)
def test_an_address_stays_the_mailbox_that_it_names(given: str, kept: str) -> None:
    assert email_of(given) == kept


async def test_addresses_that_look_alike_are_one_login_and_never_two_people(service: Service) -> None:
    assert codes(await create(service, email="weiss@strasse.example")) == []
    assert codes(await create(service, email="weiß@straße.example")) == [("EMAIL_IN_USE", "email")]
    assert codes(await create(service, email="ｗeiss@strasse.example")) == [("EMAIL_IN_USE", "email")]
    assert codes(await create(service, email="weıss@strasse.example")) == []  # the dotless i is a letter of its own


@pytest.mark.parametrize(
    ("given", "kept"),
    [("re\u0301mi", "rémi"), ("ﬁona", "ﬁona"), ("名前", "名前"), ("ﷺ" * 60, "ﷺ" * 60)],
)
async def test_usernames_in_any_letters(service: Service, given: str, kept: str) -> None:
    payload = await create(service, username=given)
    assert payload == {"user": {"username": kept, "email": None}, "errors": []}
    assert codes(await create(service, username=kept)) == [("USERNAME_IN_USE", "username")]
    person = await Person.get(username=kept)
    assert await LoginName.filter(person_id=person.id).count() == 1


@pytest.mark.parametrize("given", ["ﾞﾞ", "a b", "a@b", "\u0301\u0301", "x", "<b>"])
async def test_usernames_of_which_nothing_is_left_to_compare(service: Service, given: str) -> None:
    assert codes(await create(service, username=given)) == [("INVALID_USERNAME", "username")]


async def test_a_password_is_the_same_from_every_keyboard(service: Service) -> None:
    composed = unicodedata.normalize("NFC", "été à la plage İ")
    assert codes(await set_password(service, "wes", password=composed)) == []
    for typed in (unicodedata.normalize("NFD", composed), composed.replace(" ", "\u00a0")):
        assert await code(service, "wes@toits.example", typed) is None
    assert await code(service, "wes@toits.example", composed.upper()) == "INVALID_CREDENTIALS"


async def test_words_that_take_minutes_to_compare_are_cut_before(service: Service) -> None:
    """Within the time that the client waits; meanwhile nobody else would be answered."""
    assert await code(service, ACCENTS, PASSWORD) == "INVALID_CREDENTIALS"
    assert codes(await set_password(service, "wes", password=ACCENTS)) == [("TOO_LONG", "password")]
    found = "query($s: String) { requests(search: $s) { totalCount } }"
    assert await service.ask("ada", found, s=ACCENTS) == await service.ask("ada", found, s="a")
    assert codes(await create(service, username=ACCENTS)) == [("INVALID_USERNAME", "username")]


@pytest.mark.parametrize("unseen", ["\u200b", "\u200d\u200d", "\u0301", "\u3164", "\u2800", "\u202e", "\u0007\n"])
async def test_words_that_nobody_can_see_are_none(service: Service, unseen: str) -> None:
    assert codes(await service.change("ada", "createWorker", {"lastName": unseen})) == [("REQUIRED", "lastName")]
    assert codes(await service.change("ada", "createRequest", {"title": unseen})) == [("REQUIRED", "title")]
    comment = {"requestId": service.cast.request("tap"), "body": unseen}
    assert codes(await service.change("ada", "commentOnRequest", comment)) == [("REQUIRED", "body")]


async def test_a_title_stays_on_one_line(service: Service) -> None:
    payload = await service.change("ada", "createRequest", {"title": " a\nb\u202e \u0007c 🔧 "}, "request { title }")
    assert payload["request"]["title"] == "a b c 🔧"
