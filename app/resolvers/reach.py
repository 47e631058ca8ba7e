"""The sites within a person's reach: what they are, and which ones may be given."""

from typing import Any, NamedTuple
from uuid import UUID

from app.auth import policy
from app.auth.policy import Rows
from app.auth.viewer import Viewer
from app.models import Person, PersonSite, Site, nouns
from app.models.refusal import ErrorCode, Refusal
from app.models.role import Audience
from app.resolvers.finding import chosen, in_use

MOST_SITES = 500


class Reach(NamedTuple):
    """The sites within reach: all of them, or these."""

    all_sites: bool
    site_ids: frozenset[UUID]


async def reach_of(person: Person) -> Reach:
    """The sites that a person belongs to now."""
    ids = await PersonSite.filter(person_id=person.id).values_list("site_id", flat=True)
    return Reach(person.all_sites, frozenset(UUID(str(each)) for each in ids))


async def reach_given(viewer: Viewer, given: dict[str, Any], present: Reach) -> Reach:
    """The sites that a client gave, or the present ones. Raises NOT_FOUND, OUT_OF_SCOPE or TOO_MANY.

    Nobody gives sites beyond their own, nor takes them: what somebody has elsewhere stays.
    """
    all_sites = bool(given.get("all_sites", present.all_sites))
    is_fenced = policy.is_fenced(viewer)
    if all_sites is not present.all_sites and (is_fenced or viewer.audience is Audience.CONTACT):
        raise Refusal(ErrorCode.OUT_OF_SCOPE, "hasAllSites")
    if given.get("site_ids") is None:
        return Reach(all_sites, present.site_ids)
    rows = policy.visible(viewer, nouns.SITE)
    if not is_fenced:
        return Reach(all_sites, await chosen(rows, nouns.SITE, given["site_ids"], "siteIds", MOST_SITES))
    own = rows.filter(policy.at_own_sites(viewer, "id"))
    wanted = await chosen(own, nouns.SITE, given["site_ids"], "siteIds", MOST_SITES)
    return Reach(all_sites, wanted | (present.site_ids - await _ids(own)))


async def _ids(sites: Rows) -> frozenset[UUID]:
    return frozenset(UUID(str(key)) for key in await sites.values_list("id", flat=True))


async def require_use(reach: Reach, present: Reach) -> None:
    """Nobody new comes to a site out of use; whoever is there stays. Raises PLACE_INACTIVE."""
    closed = Site.filter(id__in=list(reach.site_ids - present.site_ids), active=False)
    in_use(await closed.order_by("sort_name").first(), "siteIds")


async def default_given(viewer: Viewer, given: dict[str, Any], reach: Reach, present: UUID | None) -> UUID | None:
    """The site shown first, which must be one within reach; one that is hidden from the viewer is not taken away.

    Raises DEFAULT_SITE_INVALID or PLACE_INACTIVE.
    """
    site = present
    if "default_site_id" in given and not await _is_kept(viewer, given["default_site_id"], present):
        text = given["default_site_id"]
        found = nouns.SITE.key(text) if text else None
        seen = await policy.visible(viewer, nouns.SITE).get_or_none(id=found) if found else None
        if text and seen is None:
            raise Refusal(ErrorCode.DEFAULT_SITE_INVALID, "defaultSiteId")
        site = seen.id if seen else None
        if site != present:
            in_use(seen, "defaultSiteId")
    if site and not reach.all_sites and site not in reach.site_ids:
        raise Refusal(ErrorCode.DEFAULT_SITE_INVALID, "defaultSiteId")
    return site


async def _is_kept(viewer: Viewer, text: str | None, present: UUID | None) -> bool:
    """Whether a form gives back as null what it could not show."""
    return not text and not await policy.visible(viewer, nouns.SITE).filter(id=present).exists()


async def names(reach: Reach) -> list[str]:
    """The names of the sites, as the audit keeps them."""
    found = await Site.filter(id__in=list(reach.site_ids)).order_by("name")
    return [site.name for site in found]


async def link(person: Person, site_ids: frozenset[UUID]) -> None:
    """Makes these the sites of a person."""
    held = (await reach_of(person)).site_ids
    await PersonSite.filter(person_id=person.id, site_id__in=list(held - site_ids)).delete()
    for site_id in sorted(site_ids - held):
        await PersonSite.create(workspace_id=person.workspace_id, person_id=person.id, site_id=site_id)
