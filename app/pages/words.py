"""What the pages say, in both languages. `{…}` is filled in; names come from people and are escaped."""

WORDS: dict[str, dict[str, str]] = {
    "ACTIVATION_title": {"en": "Choose your password", "fr": "Choisissez votre mot de passe"},
    "ACTIVATION_intro": {
        "en": "{firm} has opened an account for you.",
        "fr": "Un compte vous a été ouvert chez {firm}.",
    },
    "ACTIVATION_invited": {
        "en": "{inviter} has opened an account for you at {firm}.",
        "fr": "{inviter} vous a ouvert un compte chez {firm}.",
    },
    "ACTIVATION_button": {"en": "Save and sign in", "fr": "Enregistrer et me connecter"},
    "ACCESS_title": {"en": "Confirm your access", "fr": "Confirmez votre accès"},
    "ACCESS_intro": {
        "en": "You have been given access to {firm}.",
        "fr": "Vous avez reçu un accès à {firm}.",
    },
    "ACCESS_invited": {
        "en": "{inviter} has given you access to {firm}.",
        "fr": "{inviter} vous a donné accès à {firm}.",
    },
    "ACCESS_button": {"en": "Confirm and sign in", "fr": "Confirmer et me connecter"},
    "RESET_title": {"en": "Choose a new password", "fr": "Choisissez un nouveau mot de passe"},
    "RESET_intro": {
        "en": "For your account at {firm}. You will be signed out everywhere else.",
        "fr": "Pour votre compte chez {firm}. Vos autres connexions prendront fin.",
    },
    "RESET_button": {"en": "Save and sign in", "fr": "Enregistrer et me connecter"},
    "VERIFY_EMAIL_title": {"en": "Confirm your e-mail address", "fr": "Confirmez votre adresse courriel"},
    "VERIFY_EMAIL_intro": {
        "en": "Somebody has signed up at {firm} with {email}. Confirm only if it was you.",
        "fr": "Une inscription chez {firm} a été faite avec {email}. Ne confirmez que si c'était vous.",
    },
    "VERIFY_EMAIL_button": {"en": "Confirm my address", "fr": "Confirmer mon adresse"},
    "VERIFY_EMAIL_done": {
        "en": "Your address is confirmed. You can sign in now.",
        "fr": "Votre adresse est confirmée. Vous pouvez maintenant vous connecter.",
    },
    "CHANGE_EMAIL_title": {
        "en": "Confirm the change of your e-mail address",
        "fr": "Confirmez le changement de votre adresse courriel",
    },
    "CHANGE_EMAIL_intro": {
        "en": "Your account at {firm} is to have the address {new_email}.",
        "fr": "Votre compte chez {firm} doit recevoir l'adresse {new_email}.",
    },
    "CHANGE_EMAIL_button": {"en": "Confirm the change", "fr": "Confirmer le changement"},
    "CHANGE_EMAIL_done": {
        "en": "Thank you. The address changes as soon as both mailboxes have confirmed it.",
        "fr": "Merci. L'adresse change dès que les deux boîtes l'ont confirmé.",
    },
    "PENDING_until": {
        "en": "This link works once, until {until}.",
        "fr": "Ce lien sert une seule fois, jusqu'au {until}.",
    },
    "EXPIRED_title": {"en": "This link has expired", "fr": "Ce lien a expiré"},
    "EXPIRED_intro": {
        "en": "It was sent for {firm} on {sent} and worked until {until}.",
        "fr": "Il a été envoyé pour {firm} le {sent} et servait jusqu'au {until}.",
    },
    "EXPIRED_invited": {
        "en": "{inviter} ({firm}) sent it on {sent}; it worked until {until}.",
        "fr": "{inviter} ({firm}) l'a envoyé le {sent} ; il servait jusqu'au {until}.",
    },
    "EXPIRED_button": {"en": "Send me a new one", "fr": "M'en envoyer un nouveau"},
    "SUPERSEDED_title": {"en": "There is a newer link", "fr": "Il existe un lien plus récent"},
    "SUPERSEDED_intro": {
        "en": "A newer link for {firm} was sent on {newer}; only that one works.",
        "fr": "Un lien plus récent pour {firm} a été envoyé le {newer} ; seul celui-là sert.",
    },
    "SUPERSEDED_closed": {
        "en": "Another way in for {firm} took its place.",
        "fr": "Un autre accès à {firm} l'a remplacé.",
    },
    "SUPERSEDED_button": {"en": "Send it to me again", "fr": "Me l'envoyer de nouveau"},
    "ACCEPTED_title": {"en": "This link has been used", "fr": "Ce lien a déjà servi"},
    "ACCEPTED_intro": {
        "en": "It was used on {closed}. You can sign in at {firm}.",
        "fr": "Il a servi le {closed}. Vous pouvez vous connecter chez {firm}.",
    },
    "REVOKED_title": {"en": "This link was cancelled", "fr": "Ce lien a été annulé"},
    "REVOKED_intro": {
        "en": "It was cancelled on {closed}. Ask {firm} if you still need one.",
        "fr": "Il a été annulé le {closed}. Adressez-vous à {firm} s'il vous en faut encore un.",
    },
    "REVOKED_invited": {
        "en": "The link from {inviter} ({firm}) was cancelled on {closed}.",
        "fr": "Le lien de {inviter} ({firm}) a été annulé le {closed}.",
    },
    "UNKNOWN_title": {"en": "This link does not work", "fr": "Ce lien ne fonctionne pas"},
    "UNKNOWN_intro": {
        "en": "Check that it is complete, or ask whoever sent it to you.",
        "fr": "Vérifiez qu'il est complet, ou demandez à la personne qui vous l'a envoyé.",
    },
    "sends_to": {"en": "A new one is sent to {to} only.", "fr": "Un nouveau lien n'est envoyé qu'à {to}."},
    "RENEWED_title": {"en": "A new link is on its way", "fr": "Un nouveau lien est en route"},
    "RENEWED_intro": {
        "en": "It was sent to {to}. It may take a few minutes.",
        "fr": "Il a été envoyé à {to}. Cela peut prendre quelques minutes.",
    },
    "DONE_title": {"en": "Done", "fr": "C'est fait"},
    "REFUSED_title": {"en": "That did not work", "fr": "Cela n'a pas fonctionné"},
    "FORBIDDEN": {
        "en": "The form was sent from another page. Open the link again.",
        "fr": "Le formulaire a été envoyé depuis une autre page. Ouvrez le lien de nouveau.",
    },
    "CHANGE_title": {"en": "Choose your own password", "fr": "Choisissez votre propre mot de passe"},
    "CHANGE_intro": {
        "en": "{name}, the password that you were given was for once only.",
        "fr": "{name}, le mot de passe reçu ne servait qu'une fois.",
    },
    "CHANGE_button": {"en": "Save and go on", "fr": "Enregistrer et continuer"},
    "FORGOTTEN_title": {"en": "Forgotten your password?", "fr": "Mot de passe oublié ?"},
    "FORGOTTEN_intro": {
        "en": "Enter what you sign in with. A link to choose a new password is sent to the owner of the account.",
        "fr": "Indiquez votre identifiant. Le titulaire du compte reçoit un lien pour changer de mot de passe.",
    },
    "FORGOTTEN_button": {"en": "Send me a link", "fr": "M'envoyer un lien"},
    "ASKED_title": {"en": "Look at your messages", "fr": "Consultez vos messages"},
    "ASKED_intro": {
        "en": "If there is such an account, a link is on its way by e-mail or SMS. It may take a few minutes. If "
        "nothing comes, ask whoever manages the accounts at your firm.",
        "fr": "Si ce compte existe, un lien est en route par courriel ou SMS. Cela peut prendre quelques minutes. Si "
        "rien ne vient, adressez-vous à qui gère les comptes dans votre entreprise.",
    },
    "SIGNED_IN_title": {"en": "You are signed in", "fr": "Connexion réussie"},
    "SIGNED_IN_intro": {"en": "As {name}, at {firm}.", "fr": "Sous le nom de {name}, chez {firm}."},
    "playground": {
        "en": "Try the API in the playground, where you sign in again",
        "fr": "Essayer l'API dans le bac à sable, où l'on se connecte de nouveau",
    },
    "password": {"en": "Password", "fr": "Mot de passe"},
    "new_password": {"en": "New password", "fr": "Nouveau mot de passe"},
    "password_hint": {
        "en": "At least 8 characters. A few words that you alone would put together are best.",
        "fr": "Au moins 8 caractères. Le mieux : quelques mots que personne d'autre ne réunirait.",
    },
    "login": {"en": "E-mail address or user name", "fr": "Adresse courriel ou nom d'utilisateur"},
    "show": {"en": "Show password", "fr": "Afficher le mot de passe"},
    "hide": {"en": "Hide password", "fr": "Masquer le mot de passe"},
    "SIGN_IN_title": {"en": "Sign in", "fr": "Connexion"},
    "sign_in": {"en": "Sign in", "fr": "Me connecter"},
    "sign_out": {"en": "Sign out", "fr": "Me déconnecter"},
    "other_language": {"en": "Français", "fr": "English"},
}


def say(key: str, language: str, **values: str) -> str:
    """The sentence for a key, with its values filled in. Raises KeyError for a key that there is not."""
    return WORDS[key][language].format(**values)
