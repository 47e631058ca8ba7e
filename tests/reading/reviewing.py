"""When somebody's access is to be looked over, and what there is to see."""

from datetime import datetime, timedelta
from typing import Any

from tests.reading.world import Eyes


def due_at(eyes: Eyes, person: Any) -> datetime:
    """When somebody's access should be looked over."""
    days = eyes.world.by_key[person.workspace_id].policies.get("access_review_days", 180)
    moment: datetime = (person.reviewed_at or person.created_at) + timedelta(days=days)
    return moment


def review(eyes: Eyes, person: Any) -> dict[str, Any]:
    """What a review looks at."""
    tables, due = eyes.world.tables, due_at(eyes, person)
    mine = [each for each in tables["invitations"] if each.person_id == person.id and each.state == "PENDING"]
    usable = [each.method in ("PIN", "TEMPORARY_PASSWORD") for each in mine if each.expires_at > eyes.at]
    tokens = [each for each in tables["tokens"] if each.owner_id == person.id and each.revoked_at is None]
    sessions = [each for each in tables["sessions"] if each.person_id == person.id and each.revoked_at is None]
    return {
        "reviewedAt": person.reviewed_at,
        "dueAt": due,
        "isDue": due <= eyes.at,
        "openLinks": usable.count(False),
        "openSecrets": usable.count(True),
        "tokens": len(tokens),
        "sessions": len([each for each in sessions if each.expires_at > eyes.at]),
    }
