"""The workspace itself: its roles, sites, client organizations and their departments."""

from datetime import timedelta

from app.auth.permissions import TEMPLATES
from app.auth.words import system_role
from app.demo.house import House
from app.models import Department, Organization, Role, Site, Workspace


def open_house(house: House) -> None:
    """Makes the workspace as an operator would, with the system roles, and everything with an address."""
    firm, founded = house.firm, house.clock.founded
    house.workspace = house.add(
        Workspace,
        founded,
        name=firm.name,
        slug=firm.slug,
        default_language=firm.language,
        time_zone=firm.time_zone,
        policies={"sign_up_open": firm.sign_up_open},
        created_at=founded,
    )
    for template in TEMPLATES:
        house.roles[template.key] = house.add(Role, founded, **system_role(template, firm.language)).index()
    _add_places(house)


def _add_places(house: House) -> None:
    founded = house.clock.founded
    for place in house.firm.sites:
        house.sites.append(house.add(Site, founded, name=place.name, address=place.address).index())
    for client in house.firm.clients:
        signed = house.clock.between(founded, founded + timedelta(days=20))
        organization = house.add(Organization, signed, name=client.name).index()
        departments = [
            house.add(Department, signed, organization_id=organization.id, name=name).index()
            for name in client.departments
        ]
        house.clients.append((client, organization, departments))
