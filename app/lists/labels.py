"""What people read instead of the names of the graph: values, filters and orders, in both languages."""

from app.lists.record import KINDS, Said

YES: Said = {"en": "Yes", "fr": "Oui"}
NO: Said = {"en": "No", "fr": "Non"}
# By the type of the graph, then by the value.
VALUES: dict[str, dict[str, Said]] = {
    "AccountStatus": {
        "NO_ACCESS": {"en": "No access", "fr": "Sans accès"},
        "INVITED": {"en": "Invited", "fr": "Invité"},
        "ACTIVE": {"en": "Active", "fr": "Actif"},
        "INACTIVE": {"en": "Inactive", "fr": "Inactif"},
        "DELETED": {"en": "Deleted", "fr": "Supprimé"},
    },
    "Audience": {
        "STAFF": {"en": "Staff", "fr": "Personnel"},
        "WORKER": {"en": "Workers", "fr": "Exécutants"},
        "CONTACT": {"en": "Clients", "fr": "Clients"},
    },
    "AuditKind": KINDS,
    "RequestKind": {
        "SERVICE": {"en": "Service", "fr": "Service"},
        "ORDER": {"en": "Order", "fr": "Commande"},
        "BOOKING": {"en": "Booking", "fr": "Réservation"},
    },
    "Priority": {
        "LOW": {"en": "Low", "fr": "Basse"},
        "NORMAL": {"en": "Normal", "fr": "Normale"},
        "HIGH": {"en": "High", "fr": "Haute"},
        "URGENT": {"en": "Urgent", "fr": "Urgente"},
    },
    "RequestStatus": {
        "OPEN": {"en": "Open", "fr": "Ouverte"},
        "IN_PROGRESS": {"en": "In progress", "fr": "En cours"},
        "ON_HOLD": {"en": "On hold", "fr": "En attente"},
        "DONE": {"en": "Done", "fr": "Terminée"},
        "CANCELLED": {"en": "Cancelled", "fr": "Annulée"},
    },
}
FILTERS: dict[str, Said] = {
    "status": {"en": "Status", "fr": "Statut"},
    "roleId": {"en": "Role", "fr": "Rôle"},
    "audience": {"en": "Portal", "fr": "Portail"},
    "siteId": {"en": "Site", "fr": "Site"},
    "organizationId": {"en": "Organization", "fr": "Organisation"},
    "departmentId": {"en": "Department", "fr": "Service"},
    "priority": {"en": "Priority", "fr": "Priorité"},
    "kind": {"en": "Kind", "fr": "Type"},
    "requesterId": {"en": "Requester", "fr": "Demandeur"},
    "assigneeId": {"en": "Assigned to", "fr": "Attribuée à"},
    "isAssigned": {"en": "Assigned", "fr": "Attribuée"},
    "isOverdue": {"en": "Overdue", "fr": "En retard"},
    "createdAt": {"en": "Created", "fr": "Créée"},
    "dueAt": {"en": "Due", "fr": "Échéance"},
    "closedAt": {"en": "Closed", "fr": "Close"},
    "isDue": {"en": "Review due", "fr": "À examiner"},
    "subjectId": {"en": "About", "fr": "Concerne"},
    "actorId": {"en": "By", "fr": "Par"},
    "at": {"en": "When", "fr": "Date"},
    "scheduledBetween": {"en": "Planned", "fr": "Prévue"},
}
ORDERS: dict[str, Said] = {
    "NAME": {"en": "name", "fr": "nom"},
    "EMAIL": {"en": "e-mail", "fr": "courriel"},
    "STATUS": {"en": "status", "fr": "statut"},
    "ACTIVE": {"en": "active", "fr": "actif"},
    "CREATED_AT": {"en": "creation", "fr": "création"},
    "LAST_LOGIN_AT": {"en": "last sign-in", "fr": "dernière connexion"},
    "NUMBER": {"en": "number", "fr": "numéro"},
    "PRIORITY": {"en": "priority", "fr": "priorité"},
    "TITLE": {"en": "title", "fr": "titre"},
    "DUE_AT": {"en": "due date", "fr": "échéance"},
    "SCHEDULED_START": {"en": "planned start", "fr": "début prévu"},
    "UPDATED_AT": {"en": "last change", "fr": "dernière modification"},
    "CLOSED_AT": {"en": "closing", "fr": "clôture"},
}
SCOPES: dict[str, Said] = {
    "OWN": {"en": "own", "fr": "personnel"},
    "ASSIGNED": {"en": "assigned", "fr": "attribué"},
    "DEPARTMENT": {"en": "department", "fr": "service"},
    "ORGANIZATION": {"en": "organization", "fr": "organisation"},
    "ALL": {"en": "all", "fr": "tout"},
}
# Ways in that are open, by the field that counts them.
WAYS: dict[str, Said] = {
    "openLinks": {"en": "Links:", "fr": "Liens :"},
    "openSecrets": {"en": "Temporary passwords and PINs:", "fr": "Mots de passe temporaires et NIP :"},
    "tokens": {"en": "API tokens:", "fr": "Jetons d'API :"},
    "sessions": {"en": "Sessions:", "fr": "Sessions :"},
}
PHRASES: dict[str, Said] = {
    "search": {"en": "Search: {words}", "fr": "Recherche : {words}"},
    "filter": {"en": "{name}: {value}", "fr": "{name} : {value}"},
    "order": {"en": "Sorted by {columns}", "fr": "Trié par {columns}"},
    "descending": {"en": "{column} (descending)", "fr": "{column} (décroissant)"},
    "from": {"en": "from {begin}", "fr": "à partir du {begin}"},
    "to": {"en": "before {end}", "fr": "avant le {end}"},
    "between": {"en": "{begin} to {end}", "fr": "du {begin} au {end}"},
    "until": {"en": "until {end}", "fr": "jusqu'au {end}"},
    "rows": {"en": "{count} rows", "fr": "{count} lignes"},
    "row": {"en": "{count} row", "fr": "{count} ligne"},
}
