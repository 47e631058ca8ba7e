"""The e-mail address of an account: changed only once both mailboxes have confirmed it."""

from app.models import Invitation, Person


async def confirm_change(person: Person, found: Invitation) -> None:
    """Counts the confirmation of one mailbox; with the other's the address changes. Raises EMAIL_IN_USE."""
    raise NotImplementedError
