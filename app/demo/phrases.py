"""Sentences that every firm uses, in both languages."""

from app.demo.firm import Text

T = Text
HOLD_REASONS = (
    T("En attente de la pièce.", "Waiting for the part."),
    T("En attente d'une réponse.", "Waiting for an answer."),
    T("Accès impossible pour le moment.", "No access for now."),
    T("Reporté à la demande du client.", "Postponed at the client's request."),
)
CANCEL_REASONS = (
    T("Le problème s'est réglé tout seul.", "The problem went away by itself."),
    T("Déjà signalé dans une autre demande.", "Already reported in another request."),
    T("Annulé par le demandeur.", "Cancelled by the requester."),
    T("Empêchement de dernière minute.", "Something came up at the last minute."),
)
REOPEN_REASONS = (
    T("Le problème est revenu.", "The problem is back."),
    T("Le travail n'est pas complet.", "The work is not complete."),
)
HANDOVER_REASONS = (
    T("Absent cette semaine.", "Away this week."),
    T("Trop de travail en cours.", "Too much work in hand."),
    T("Demande une autre spécialité.", "Needs another skill."),
)
CONTACT_NOTES = (
    T("Joignable le matin seulement.", "Can be reached in the morning only."),
    T("Préfère le courriel au téléphone.", "Prefers e-mail over the phone."),
    T("Écrire en anglais.", "Write in English."),
    T("Très arrangeant pour les horaires.", "Very flexible about times."),
    T("A changé de numéro au printemps.", "Has had a new number since spring."),
    T("Demander avant d'entrer: chat craintif.", "Ask before entering: shy cat."),
    T("Toujours confirmer la veille.", "Always confirm the day before."),
    T("Apprécie qu'on rappelle une fois le travail fini.", "Likes to be called when the work is done."),
    T("Paie à réception de facture.", "Pays on receipt of the invoice."),
)
