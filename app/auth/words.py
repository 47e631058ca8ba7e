"""What permissions and boxes are called for people, in the two languages of the product."""

from app.auth.permissions import Bundle, Permission

PERMISSION_WORDS: dict[Permission, dict[str, str]] = {
    Permission.REQUEST_READ: {"en": "See requests.", "fr": "Voir les demandes."},
    Permission.REQUEST_CREATE: {"en": "Hand in requests.", "fr": "Déposer des demandes."},
    Permission.REQUEST_WORK: {
        "en": "Move the status, comment, acknowledge.",
        "fr": "Changer le statut, commenter, confirmer.",
    },
    Permission.REQUEST_UPDATE: {"en": "Change the details of requests.", "fr": "Modifier les demandes."},
    Permission.REQUEST_CANCEL: {"en": "Cancel requests.", "fr": "Annuler des demandes."},
    Permission.REQUEST_DELETE: {"en": "Delete requests.", "fr": "Supprimer des demandes."},
    Permission.REQUEST_ASSIGN: {"en": "Give requests to workers.", "fr": "Attribuer des demandes."},
    Permission.CONTACT_READ: {"en": "See client contacts.", "fr": "Voir les contacts des clients."},
    Permission.CONTACT_NOTE: {"en": "Keep notes about client contacts.", "fr": "Tenir des notes sur les contacts."},
    Permission.CONTACT_MANAGE: {"en": "Create and change client contacts.", "fr": "Créer et modifier des contacts."},
    Permission.WORKER_READ: {"en": "See workers.", "fr": "Voir les exécutants."},
    Permission.WORKER_MANAGE: {"en": "Create and change workers.", "fr": "Créer et modifier des exécutants."},
    Permission.USER_READ: {"en": "See accounts.", "fr": "Voir les comptes."},
    Permission.USER_MANAGE: {"en": "Create and change accounts.", "fr": "Créer et modifier des comptes."},
    Permission.ACCOUNT_CREDENTIALS: {
        "en": "Send and reset credentials.",
        "fr": "Envoyer et réinitialiser les identifiants.",
    },
    Permission.ROLE_MANAGE: {"en": "Define roles.", "fr": "Définir les rôles."},
    Permission.EXPORT_RUN: {"en": "Export lists.", "fr": "Exporter des listes."},
    Permission.STATS_READ: {"en": "See figures.", "fr": "Voir les statistiques."},
    Permission.SETTINGS_MANAGE: {
        "en": "Change the workspace's settings.",
        "fr": "Modifier les réglages de l'espace de travail.",
    },
    Permission.AUDIT_READ: {"en": "Read the record of access.", "fr": "Lire le registre des accès."},
}
BUNDLE_WORDS: dict[Bundle, dict[str, str]] = {
    Bundle.SEE_ALL_REQUESTS: {
        "en": "A client contact sees the requests of the whole organization.",
        "fr": "Un contact voit les demandes de toute l'organisation.",
    },
    Bundle.ALL_BOOKINGS: {
        "en": "Staff create, change and delete the bookings of everybody.",
        "fr": "Le personnel crée, modifie et supprime les réservations de tous.",
    },
    Bundle.CLIENT_LIST: {
        "en": "Staff see all client contacts and keep notes about them.",
        "fr": "Le personnel voit tous les contacts et tient des notes à leur sujet.",
    },
    Bundle.BUSINESS: {"en": "Everything an administrator may do.", "fr": "Tout ce qu'un administrateur peut faire."},
}
