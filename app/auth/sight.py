"""How far somebody sees: two sights can be compared, and one can be kept beside what was made with it."""

from dataclasses import asdict, dataclass
from typing import Any

from app.auth.permissions import Permission
from app.auth.viewer import Viewer
from app.models import PersonSite
from app.models.role import Audience


@dataclass(frozen=True)
class Sight:
    """The portal, the grants as words, and the places that bound them; names and languages are no part of it."""

    audience: Audience
    organization_id: str | None
    department_id: str | None
    all_sites: bool
    sites: frozenset[str]
    grants: frozenset[str]

    def covers(self, other: "Sight") -> bool:
        """Whether it is at least the other: of the same company, with all its grants and all its sites."""
        company = (self.audience, self.organization_id, self.department_id)
        if company != (other.audience, other.organization_id, other.department_id):
            return False
        sites = self.all_sites or (not other.all_sites and self.sites >= other.sites)
        return sites and self.grants >= other.grants

    def plain(self) -> dict[str, Any]:
        """The sight as JSON."""
        return asdict(self) | {"sites": sorted(self.sites), "grants": sorted(self.grants)}

    @classmethod
    def of(cls, found: dict[str, Any]) -> "Sight":
        """The sight of its JSON."""
        sites, grants = frozenset(found["sites"]), frozenset(found["grants"])
        return cls(**found | {"audience": Audience(found["audience"]), "sites": sites, "grants": grants})


async def sight_of(viewer: Viewer, among: frozenset[Permission] = frozenset(Permission)) -> Sight:
    """What the viewer sees by grants of these permissions."""
    sites = await PersonSite.filter(person_id=viewer.person_id).values_list("site_id", flat=True)
    return Sight(
        audience=viewer.audience,
        organization_id=str(viewer.organization_id) if viewer.organization_id else None,
        department_id=str(viewer.department_id) if viewer.department_id else None,
        all_sites=viewer.all_sites,
        sites=frozenset(map(str, sites)),
        grants=frozenset(str(held.grant) for held in viewer.held if held.grant.permission in among),
    )
