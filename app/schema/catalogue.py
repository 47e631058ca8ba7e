"""The words of access, for whoever gives rights: permissions, their scopes, and the boxes."""

import strawberry

from app.auth.gates import ANYONE, SIGNED_IN
from app.auth.permissions import BUNDLE_BASE, BUNDLES, MANAGING, Bundle, Permission, Scope, scopes_of
from app.auth.viewer import HeldGrant
from app.auth.words import BUNDLE_WORDS, PERMISSION_WORDS
from app.models.role import Audience
from app.schema.base import Info
from app.schema.fields import computed, field
from app.schema.role import Grant


@strawberry.type(description="A word of access.")
class PermissionEntry:
    permission: Permission = field(ANYONE, "The word.")
    description: str = field(ANYONE, "What it allows, in the viewer's language.")
    scopes: list[Scope] = field(ANYONE, "The scopes in which it can be given.")
    managing: bool = field(
        ANYONE, "Whether it is power over people or settings: only who manages accounts gives it.", name="isManaging"
    )


@strawberry.type(description="A box that adds grants to the base access of a portal.")
class BundleEntry:
    bundle: Bundle = field(ANYONE, "The box.")
    description: str = field(ANYONE, "What it adds, in the viewer's language.")
    audience: Audience = field(ANYONE, "The portal whose base access it needs.")
    grants: list[Grant] = field(ANYONE, "What it adds.")


@strawberry.type(description="All words of access.")
class PermissionCatalogue:
    permissions: list[PermissionEntry] = field(ANYONE, "The permissions.")
    bundles: list[BundleEntry] = field(ANYONE, "The boxes.")


@strawberry.type
class CatalogueQuery:
    @computed(SIGNED_IN, "The permissions and boxes that rights are made of.")
    def permission_catalogue(self, info: Info) -> PermissionCatalogue | None:
        language = info.context.language
        permissions = [
            PermissionEntry(
                permission=each,
                description=PERMISSION_WORDS[each][language],
                scopes=scopes_of(each),
                managing=each in MANAGING,
            )
            for each in Permission
        ]
        return PermissionCatalogue(permissions=permissions, bundles=[_entry(each, language) for each in Bundle])


def _entry(bundle: Bundle, language: str) -> BundleEntry:
    grants = [Grant.of(HeldGrant(grant, f"bundle {bundle}")) for grant in BUNDLES[bundle]]
    return BundleEntry(
        bundle=bundle,
        description=BUNDLE_WORDS[bundle][language],
        audience=BUNDLE_BASE[bundle],
        grants=grants,
    )
