"""What the lines that decide over access mean, and how they are said."""

from app.auth.explaining import Reason

R = Reason

MEANINGS: dict[Reason, str] = {
    R.NO_ACCOUNT: "The account's status does not let the person sign in.",
    R.ACCESS_EXPIRED: "The access of the account has ended.",
    R.LOCKED: "Signing in is paused for the account after too many wrong passwords; `unlockAccount` ends it.",
    R.PASSWORD_CHANGE_REQUIRED: "A new password is due before anything else.",
    R.NO_GRANT: "No grant of the permission is held.",
    R.NOT_CONCERNED: "The permission is not about rows of this kind.",
    R.OUT_OF_SCOPE: "The row lies in the scope of no grant.",
    R.OUT_OF_SITES: "A grant reaches the row, but it lies outside of the person's sites.",
    R.WRONG_STATE: "A grant reaches the row, but its state does not allow it.",
    R.NOT_MANAGED: "A grant reaches the person, who holds more than may be managed, or is managed by others.",
    R.GRANTED: "A grant allows it.",
}

SENTENCES: dict[Reason, dict[str, str]] = {
    R.NO_ACCOUNT: {
        "en": "{name} cannot sign in: the account is {status}.",
        "fr": "{name} ne peut pas se connecter : le compte est {status}.",
    },
    R.ACCESS_EXPIRED: {
        "en": "The access of {name} has ended.",
        "fr": "L'accès de {name} a pris fin.",
    },
    R.LOCKED: {
        "en": "{name} cannot sign in for a while, after too many wrong passwords.",
        "fr": "{name} ne peut pas se connecter pour un moment, après trop de mots de passe erronés.",
    },
    R.PASSWORD_CHANGE_REQUIRED: {
        "en": "{name} has to choose a new password first.",
        "fr": "{name} doit d'abord choisir un nouveau mot de passe.",
    },
    R.NO_GRANT: {
        "en": "{name} holds no grant of {permission}.",
        "fr": "{name} n'a aucun droit {permission}.",
    },
    R.NOT_CONCERNED: {
        "en": "{permission} is not about rows of this kind.",
        "fr": "{permission} ne concerne pas ce type d'élément.",
    },
    R.OUT_OF_SCOPE: {
        "en": "{name} holds {grants}, which does not reach this row.",
        "fr": "{name} a {grants}, ce qui n'atteint pas cet élément.",
    },
    R.OUT_OF_SITES: {
        "en": "{name} holds {grants}, but this lies outside of the sites of {name}.",
        "fr": "{name} a {grants}, mais ceci est en dehors des sites de {name}.",
    },
    R.WRONG_STATE: {
        "en": "{name} holds {grants}, but the present status does not allow it.",
        "fr": "{name} a {grants}, mais le statut actuel ne le permet pas.",
    },
    R.NOT_MANAGED: {
        "en": "{name} holds {grants}, but this person holds more than {name} may manage, or is managed by others.",
        "fr": "{name} a {grants}, mais cette personne a plus de droits que {name} n'en gère, ou relève d'autres.",
    },
    R.GRANTED: {
        "en": "{name} may do this by {grant} ({source}).",
        "fr": "{name} y est autorisé par {grant} ({source}).",
    },
}
