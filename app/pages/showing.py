"""From what a link says of itself to the words of its page; no I/O."""

from datetime import datetime

from app.models.invitation import InvitationState, Purpose
from app.notify.words.letter import when
from app.pages.page import Page
from app.pages.words import WORDS, say
from app.resolvers.link import Look

CONFIRMED = (Purpose.VERIFY_EMAIL, Purpose.CHANGE_EMAIL)  # nobody is let in by these


def shown(token: str, found: Look, language: str, error: str = "") -> Page:
    """The page of a link as it stands."""
    if found.state is not InvitationState.PENDING:
        return _closed(token, found, language)
    until = say("PENDING_until", language, until=_time(found.expires_at, found, language))
    return Page(
        title=say(f"{found.purpose}_title", language),
        paragraphs=(_phrase(found.purpose, found, language), until),
        firm=found.firm,
        button=say(f"{found.purpose}_button", language),
        to=f"l/{token}",
        fields=("new_password",) if found.asks_password else (),
        login=found.login or "",
        error=error,
        status=422 if error else 200,
        portal=found.portal,
    )


def _closed(token: str, found: Look, language: str) -> Page:
    sent_to = (found.email or found.phone) if found.can_renew else None
    paragraphs = (_phrase(found.state, found, language), say("sends_to", language, to=sent_to) if sent_to else "")
    return Page(
        title=say(f"{found.state}_title", language),
        paragraphs=tuple(filter(None, paragraphs)),
        firm=found.firm,
        button=say(f"{found.state}_button", language) if sent_to else "",
        to=f"l/{token}/new",
        then=_home(found, language) if found.state is InvitationState.ACCEPTED else None,
        status=410,
    )


def _phrase(about: Purpose | InvitationState, found: Look, language: str) -> str:
    key = f"{about}_invited"
    if not found.inviter or key not in WORDS:
        key = f"{about}_intro"
    if about is InvitationState.SUPERSEDED and found.newer_at is None:
        key = "SUPERSEDED_closed"
    names = {each: getattr(found, each) or "" for each in ("firm", "inviter", "email", "new_email")}
    instants = {
        "sent": found.created_at,
        "until": found.expires_at,
        "closed": found.closed_at,
        "newer": found.newer_at,
    }
    return say(key, language, **names, **{name: _time(at, found, language) for name, at in instants.items()})


def _time(instant: datetime | None, found: Look, language: str) -> str:
    return when(instant, language, found.zone) if instant else ""


def _home(found: Look, language: str) -> tuple[str, str]:
    return say("sign_in", language), found.portal


def confirmed(found: Look, language: str) -> Page:
    """The page after an address was confirmed."""
    words = say(f"{found.purpose}_done", language)
    return Page(say("DONE_title", language), (words,), found.firm, then=_home(found, language))


def renewed(found: Look, language: str) -> Page:
    """The page after a new link was sent."""
    words = say("RENEWED_intro", language, to=found.email or found.phone or "")
    return Page(say("RENEWED_title", language), (words,), found.firm)


def refused(found: Look, language: str, sentence: str, status: int) -> Page:
    """The page of what went wrong and cannot be put right here."""
    return Page(say("REFUSED_title", language), firm=found.firm, error=sentence, status=status)


def unknown(language: str) -> Page:
    """The one page for whatever is no link of ours."""
    return Page(say("UNKNOWN_title", language), (say("UNKNOWN_intro", language),), status=404)
