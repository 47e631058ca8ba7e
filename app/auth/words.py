"""What permissions, boxes, features and system roles are called for people, in the two languages of the product."""

from collections.abc import Mapping
from typing import Any

from app.auth.permissions import Bundle, Permission, Template
from app.models.refusal import Unfit
from app.models.workspace import Feature

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
BUNDLE_NAMES: dict[str, dict[str, str]] = {
    Bundle.SEE_ALL_REQUESTS: {"en": "See all requests", "fr": "Voir toutes les demandes"},
    Bundle.ALL_BOOKINGS: {"en": "All bookings", "fr": "Toutes les réservations"},
    Bundle.CLIENT_LIST: {"en": "Client list", "fr": "Liste des clients"},
    Bundle.BUSINESS: {"en": "Whole business", "fr": "Toute l'entreprise"},
}
FEATURE_NAMES: dict[str, dict[str, str]] = {
    Feature.API_TOKENS: {"en": "API tokens", "fr": "Jetons d'API"},
    Feature.CALENDAR_FEEDS: {"en": "Calendar feeds", "fr": "Flux de calendrier"},
    Feature.EXPORTS: {"en": "Exports", "fr": "Exports"},
    Feature.SMS: {"en": "Text messages", "fr": "Textos"},
    Feature.STAFF_ACCESS: {"en": "Accounts for staff", "fr": "Comptes du personnel"},
    Feature.STATISTICS: {"en": "Figures", "fr": "Statistiques"},
    Feature.WORKER_ACCOUNTS: {"en": "Accounts for workers", "fr": "Comptes des exécutants"},
}
UNFIT_WORDS: dict[Unfit, dict[str, str]] = {
    Unfit.BOTH: {"en": "only one of the two can be given", "fr": "on ne peut donner que l'un des deux"},
    Unfit.INVISIBLE: {
        "en": "it holds characters that cannot be seen",
        "fr": "elle contient des caractères invisibles",
    },
    Unfit.NO_ADDRESS: {
        "en": "an address is written like https://example.org/path",
        "fr": "une adresse s'écrit comme https://example.org/path",
    },
    Unfit.NO_TIME_ZONE: {
        "en": "a time zone is written like Europe/Paris",
        "fr": "un fuseau horaire s'écrit comme Europe/Paris",
    },
    Unfit.NOT_HERE: {"en": "this list has nothing of the kind", "fr": "cette liste n'a rien de tel"},
    Unfit.OTHER_LIST: {"en": "the view is of another list", "fr": "la vue est celle d'une autre liste"},
    Unfit.PAST: {"en": "it lies in the past", "fr": "elle est déjà passée"},
    Unfit.REVERSED: {"en": "an end needs a beginning before it", "fr": "une fin suppose un début qui la précède"},
    Unfit.SAME_PERSON: {"en": "it is the same person", "fr": "c'est la même personne"},
}
NAMES: dict[type, Mapping[Any, dict[str, str]]] = {
    Bundle: BUNDLE_NAMES,
    Feature: FEATURE_NAMES,
    Unfit: UNFIT_WORDS,
}
ROLE_NAMES: dict[str, dict[str, str]] = {
    "ADMIN": {"en": "Administrator", "fr": "Administrateur"},
    "MANAGER": {"en": "Manager", "fr": "Responsable"},
    "STAFF": {"en": "Staff", "fr": "Personnel"},
    "WORKER": {"en": "Worker", "fr": "Exécutant"},
    "CONTACT_ADMIN": {"en": "Client administrator", "fr": "Administrateur client"},
    "CONTACT": {"en": "Client contact", "fr": "Contact client"},
}
ROLE_MEANINGS: dict[str, dict[str, str]] = {
    "ADMIN": {"en": "Everything in the workspace.", "fr": "Tout dans l'espace de travail."},
    "MANAGER": {
        "en": "Runs the requests and workers of the own sites.",
        "fr": "Gère les demandes et les exécutants de ses sites.",
    },
    "STAFF": {"en": "Creates and handles the own bookings.", "fr": "Crée et traite ses propres réservations."},
    "WORKER": {
        "en": "Sees and works on what is assigned to them.",
        "fr": "Voit et traite ce qui lui est attribué.",
    },
    "CONTACT_ADMIN": {
        "en": "Sees the requests and manages the contacts of the own organization.",
        "fr": "Voit les demandes et gère les contacts de sa propre organisation.",
    },
    "CONTACT": {
        "en": "Asks for work and follows the own requests.",
        "fr": "Demande des travaux et suit ses propres demandes.",
    },
}


def filled(sentence: Mapping[str, str], language: str, words: Mapping[str, Any]) -> str:
    """A sentence in a language, its places filled; what has a name for people is called by it."""
    return sentence[language].format(**{place: _named(word, language) for place, word in words.items()})


def _named(word: Any, language: str) -> Any:
    # By the type, since what users write may be the same letters.
    return NAMES[type(word)][word][language] if type(word) in NAMES else word


def system_role(template: Template, language: str) -> dict[str, Any]:
    """The columns of a system role in a new workspace, in the workspace's usual language."""
    words = {"name": ROLE_NAMES[template.key][language], "description": ROLE_MEANINGS[template.key][language]}
    return {**template.columns(), **words}
