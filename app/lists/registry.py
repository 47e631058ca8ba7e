"""Every list with its columns: one entry makes a list fit for saved views and exports."""

from dataclasses import dataclass

from app.lists.columns import Column, column
from app.lists.saying import changes, extra_grants, ways_in
from app.models.listing import ListName


@dataclass(frozen=True)
class Listing:
    """A list: the root field that shows it, its title, and its columns by name."""

    name: ListName
    field: str
    en: str
    fr: str
    columns: dict[str, Column]

    def title(self, language: str) -> str:
        """What the list is called."""
        return self.fr if language == "fr" else self.en


NAMES = (
    column("name", "Name", "Nom", 22),
    column("firstName", "First name", "Prénom", 14),
    column("lastName", "Last name", "Nom de famille", 16),
)
REACH = (column("email", "E-mail", "Courriel", 28), column("phone", "Phone", "Téléphone", 15))
ACCOUNT = (
    column("username", "Username", "Nom d'utilisateur", 20),
    column("status", "Status", "Statut", 12),
    Column("isActive", ("status",), "Active", "Actif", 8, equals="ACTIVE"),
    column("language", "Language", "Langue", 8),
    column("lastLoginAt", "Last sign-in", "Dernière connexion", 17),
    column("accessExpiresAt", "Access until", "Accès jusqu'au", 17),
    column("createdAt", "Created", "Créé le", 17),
)
ROLE = column("role.name", "Role", "Rôle", 16)
PLACES = (
    column("hasAllSites", "All sites", "Tous les sites", 9),
    column("sites.name", "Sites", "Sites", 24),
)
CLIENT = (
    column("organization.name", "Organization", "Organisation", 22),
    column("department.name", "Department", "Service", 18),
)
REQUEST = (
    column("number", "Number", "Numéro", 9),
    column("title", "Title", "Titre", 32),
    column("description", "Description", "Description", 40),
    column("kind", "Kind", "Type", 10),
    column("priority", "Priority", "Priorité", 10),
    column("status", "Status", "Statut", 12),
    column("requester.name", "Requester", "Demandeur", 20),
    *CLIENT,
    column("site.name", "Site", "Site", 18),
    column("assignees.name", "Assignees", "Assignés", 24),
    column("scheduledStart", "Planned start", "Début prévu", 17),
    column("scheduledEnd", "Planned end", "Fin prévue", 17),
    column("dueAt", "Due", "Échéance", 17),
    column("isOverdue", "Overdue", "En retard", 9),
    column("createdBy.name", "Created by", "Créée par", 20),
    column("createdAt", "Created", "Créée le", 17),
    column("updatedAt", "Updated", "Modifiée le", 17),
    column("closedAt", "Closed", "Fermée le", 17),
)
REVIEW = (
    ROLE,
    Column(
        *("grants", ("grants",), "Rights beside the role", "Droits en plus du rôle", 40),
        parts=("permission", "scope", "source", "reason", "expiresAt"),
        says=extra_grants,
    ),
    *PLACES,
    *ACCOUNT,
    column("reviewedAt", "Last reviewed", "Dernier examen", 17),
    Column("dueAt", ("review", "dueAt"), "Review due", "Prochain examen", 17),
    Column("isDue", ("review", "isDue"), "Due now", "À examiner", 10),
    Column(
        *("waysIn", ("review",), "Open ways in", "Accès ouverts", 26),
        parts=("openLinks", "openSecrets", "tokens", "sessions"),
        says=ways_in,
    ),
)
RECORD = (
    column("at", "When", "Date", 17),
    column("actor.name", "By", "Par", 20),
    column("subject.name", "About", "Concerne", 20),
    column("kind", "What", "Action", 28),
    Column(*("changes", ("changes",), "Details", "Détails", 50), parts=("field", "before", "after"), says=changes),
    column("address", "Address", "Adresse", 16),
)


def _listing(name: ListName, field: str, en: str, fr: str, *columns: Column) -> Listing:
    return Listing(name, field, en, fr, {each.name: each for each in columns})


LISTS: dict[ListName, Listing] = {
    each.name: each
    for each in (
        _listing(ListName.CONTACTS, "contacts", "Contacts", "Contacts", *NAMES, *REACH, *CLIENT, *ACCOUNT),
        _listing(
            *(ListName.WORKERS, "workers", "Workers", "Exécutants"),
            *(*NAMES, column("trade", "Trade", "Métier", 16), *REACH, ROLE, *PLACES, *ACCOUNT),
        ),
        _listing(
            *(ListName.USERS, "users", "Users", "Utilisateurs"),
            *(*NAMES, *REACH, ROLE, *PLACES, *ACCOUNT),
            column("defaultSite.name", "Default site", "Site par défaut", 18),
        ),
        _listing(ListName.REQUESTS, "requests", "Requests", "Demandes", *REQUEST),
        _listing(
            *(ListName.ACCESS_REVIEW, "accessReview", "Review of access", "Examen des accès"),
            *(*NAMES, *REACH, *REVIEW),
        ),
        _listing(ListName.AUDIT, "auditEvents", "Record of access", "Registre des accès", *RECORD),
    )
}
