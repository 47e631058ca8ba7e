"""What refusals and warnings say, in the two languages of the product."""

from app.auth.words import filled
from app.models.caution import Caution, WarningCode
from app.models.refusal import ErrorCode, Refusal

E, W = ErrorCode, WarningCode

MESSAGES: dict[ErrorCode | WarningCode, dict[str, str]] = {
    E.ALREADY_ASSIGNED: {
        "en": "{name} already works on this request.",
        "fr": "{name} travaille déjà sur cette demande.",
    },
    E.BASE_ACCESS_REQUIRED: {
        "en": "“{bundle}” goes with another kind of access than that of this role.",
        "fr": "« {bundle} » va avec un autre type d'accès que celui de ce rôle.",
    },
    E.BUSY: {
        "en": "Somebody else is changing this at the moment. Nothing was changed; try again.",
        "fr": "Quelqu'un d'autre est en train de modifier ceci. Rien n'a été changé ; réessayez.",
    },
    E.CLIENT_NOT_ALLOWED: {
        "en": "People cannot be added from this kind of program here.",
        "fr": "On ne peut pas ajouter de personnes ici depuis ce type de programme.",
    },
    E.CONFLICT: {
        "en": "Somebody changed this meanwhile. Look at it again.",
        "fr": "Quelqu'un l'a modifié entre-temps. Vérifiez de nouveau.",
    },
    E.DEFAULT_SITE_INVALID: {
        "en": "The default site must be one of the sites given.",
        "fr": "Le site par défaut doit être l'un des sites choisis.",
    },
    E.DEPARTMENT_MISMATCH: {
        "en": "This department belongs to another organization.",
        "fr": "Ce service appartient à une autre organisation.",
    },
    E.EMAIL_IN_USE: {
        "en": "This e-mail address is already in use.",
        "fr": "Cette adresse courriel est déjà utilisée.",
    },
    E.EMAIL_REQUIRED: {
        "en": "{name} has no e-mail address.",
        "fr": "{name} n'a pas d'adresse courriel.",
    },
    E.EMAIL_REQUIRED_BY_ROLE: {
        "en": "The role “{role}” needs an e-mail address.",
        "fr": "Le rôle « {role} » exige une adresse courriel.",
    },
    E.FEATURE_NOT_ENABLED: {
        "en": "This feature is not switched on here: {feature}.",
        "fr": "Cette fonction n'est pas activée ici : {feature}.",
    },
    E.FILE_TYPE: {
        "en": "Files of this kind are not accepted.",
        "fr": "Ce type de fichier n'est pas accepté.",
    },
    E.FORBIDDEN: {
        "en": "You may not do this.",
        "fr": "Vous n'avez pas le droit de faire cela.",
    },
    E.INVALID_CREDENTIALS: {
        "en": "The name or the password is wrong, or the account cannot sign in now.",
        "fr": "Le nom ou le mot de passe est incorrect, ou le compte ne peut pas se connecter pour le moment.",
    },
    E.INVALID_EMAIL: {
        "en": "This is not an e-mail address.",
        "fr": "Ceci n'est pas une adresse courriel.",
    },
    E.INVALID_PHONE: {
        "en": "This is not a phone number; begin with + and the country.",
        "fr": "Ceci n'est pas un numéro de téléphone ; commencez par + et l'indicatif du pays.",
    },
    E.INVALID_PIN: {
        "en": "A PIN has exactly 6 digits that are not easy to guess.",
        "fr": "Un NIP compte exactement 6 chiffres, pas trop faciles à deviner.",
    },
    E.INVALID_USERNAME: {
        "en": "A username has 2 to 60 letters, digits, dots, dashes or underscores.",
        "fr": "Un nom d'utilisateur compte de 2 à 60 lettres, chiffres, points, tirets ou soulignés.",
    },
    E.INVALID_VALUE: {
        "en": "This value does not fit: {reason}.",
        "fr": "Cette valeur ne convient pas : {reason}.",
    },
    E.LANGUAGE_NOT_SPOKEN: {
        "en": "This language is not set up here.",
        "fr": "Cette langue n'est pas configurée ici.",
    },
    E.LAST_ADMINISTRATOR: {
        "en": "Somebody must keep managing roles and users here.",
        "fr": "Il faut que quelqu'un puisse encore gérer les rôles et les utilisateurs ici.",
    },
    E.LINK_EXPIRED: {
        "en": "This link has expired. You can ask for a new one.",
        "fr": "Ce lien a expiré. Vous pouvez en demander un nouveau.",
    },
    E.LINK_REPLACED: {
        "en": "A newer link was sent. Please use that one.",
        "fr": "Un lien plus récent a été envoyé. Utilisez celui-là.",
    },
    E.LINK_REVOKED: {
        "en": "This link was cancelled.",
        "fr": "Ce lien a été annulé.",
    },
    E.LINK_UNKNOWN: {
        "en": "This link is not valid. Check that it is complete.",
        "fr": "Ce lien n'est pas valide. Vérifiez qu'il est complet.",
    },
    E.LINK_USED: {
        "en": "This link has already been used.",
        "fr": "Ce lien a déjà été utilisé.",
    },
    E.NAME_IN_USE: {
        "en": "This name is already taken.",
        "fr": "Ce nom est déjà pris.",
    },
    E.LIVE_REQUIRED: {
        "en": "What is assigned to you, or taken from you, is always told live.",
        "fr": "Ce qui vous est attribué ou retiré est toujours annoncé en direct.",
    },
    E.NOT_ASSIGNED: {
        "en": "This request is not assigned to that person.",
        "fr": "Cette demande n'est pas attribuée à cette personne.",
    },
    E.NOT_FOUND: {
        "en": "Not found.",
        "fr": "Introuvable.",
    },
    E.NOT_YOURSELF: {
        "en": "You cannot do this to yourself.",
        "fr": "Vous ne pouvez pas faire cela pour vous-même.",
    },
    E.OPEN_WORK: {
        "en": "Open requests of this person: {count}. Say who takes them over.",
        "fr": "Demandes ouvertes de cette personne : {count}. Indiquez qui les reprend.",
    },
    E.OUT_OF_SCOPE: {
        "en": "This lies outside of what you may handle.",
        "fr": "Cela dépasse ce que vous pouvez gérer.",
    },
    E.OUT_OF_SCOPE_PERMISSION: {
        "en": "You may not give: {permissions}.",
        "fr": "Vous ne pouvez pas accorder : {permissions}.",
    },
    E.PASSWORD_NOT_ALLOWED: {
        "en": "Passwords cannot be set for other people here. Send a link instead.",
        "fr": "On ne peut pas définir ici le mot de passe d'une autre personne. Envoyez plutôt un lien.",
    },
    E.PASSWORD_REUSED: {
        "en": "Choose a password other than the present one.",
        "fr": "Choisissez un mot de passe différent de l'actuel.",
    },
    E.PASSWORD_TOO_COMMON: {
        "en": "This password is too easy to guess.",
        "fr": "Ce mot de passe est trop facile à deviner.",
    },
    E.PASSWORD_TOO_SHORT: {
        "en": "At least {limit} characters.",
        "fr": "Au moins {limit} caractères.",
    },
    E.PHONE_REQUIRED: {
        "en": "{name} has no phone number.",
        "fr": "{name} n'a pas de numéro de téléphone.",
    },
    E.PIN_NOT_ALLOWED: {
        "en": "PINs are not used here.",
        "fr": "Les NIP ne sont pas utilisés ici.",
    },
    E.PLACE_INACTIVE: {
        "en": "{name} is no longer in use.",
        "fr": "{name} n'est plus en service.",
    },
    E.REQUESTER_MISMATCH: {
        "en": "This contact belongs to another organization.",
        "fr": "Ce contact appartient à une autre organisation.",
    },
    E.REQUIRED: {
        "en": "This is required.",
        "fr": "Ce champ est obligatoire.",
    },
    E.RESET_REQUIRED: {
        "en": "{name} must choose a new password at the first sign-in.",
        "fr": "{name} doit choisir un nouveau mot de passe à la première connexion.",
    },
    E.ROLE_IN_USE: {
        "en": "People with this role: {count}. Say which role replaces it.",
        "fr": "Personnes ayant ce rôle : {count}. Indiquez quel rôle le remplace.",
    },
    E.ROLE_NOT_FITTING: {
        "en": "This role is for another kind of person.",
        "fr": "Ce rôle est destiné à un autre type de personne.",
    },
    E.SIGN_IN_OVER_HTTP: {
        "en": "Sign in over HTTP; a socket cannot carry it.",
        "fr": "Connectez-vous par HTTP ; une socket ne le permet pas.",
    },
    E.SIGN_UP_CLOSED: {
        "en": "You cannot sign up here by yourself. Ask for an invitation.",
        "fr": "L'inscription libre n'est pas ouverte ici. Demandez une invitation.",
    },
    E.SYSTEM_ROLE: {
        "en": "The roles that come with Guichet cannot be changed; copy one instead.",
        "fr": "Les rôles fournis avec Guichet ne peuvent pas être modifiés ; copiez-en un.",
    },
    E.TOO_LONG: {
        "en": "At most {limit} characters.",
        "fr": "Au plus {limit} caractères.",
    },
    E.TOO_MANY: {
        "en": "At most {limit} at once.",
        "fr": "Au plus {limit} à la fois.",
    },
    E.TOO_MANY_TRIES: {
        "en": "Too many tries. Wait a while and try again.",
        "fr": "Trop d'essais. Attendez un peu avant de réessayer.",
    },
    E.USERNAME_IN_USE: {
        "en": "This username is already in use.",
        "fr": "Ce nom d'utilisateur est déjà utilisé.",
    },
    E.USERNAME_REQUIRED: {
        "en": "Without an e-mail address a username is needed.",
        "fr": "Sans adresse courriel, il faut un nom d'utilisateur.",
    },
    E.WORKER_INACTIVE: {
        "en": "{name} is not active.",
        "fr": "{name} n'est pas actif.",
    },
    E.WORKER_OUT_OF_SITE: {
        "en": "{name} does not work at this site.",
        "fr": "{name} ne travaille pas sur ce site.",
    },
    E.WRONG_STATE: {
        "en": "The present status does not allow it.",
        "fr": "Le statut actuel ne le permet pas.",
    },
    W.CANNOT_LOG_IN: {
        "en": "{name} has no access yet and cannot sign in.",
        "fr": "{name} n'a pas encore d'accès et ne peut pas se connecter.",
    },
    W.EMAIL_BOUNCED: {
        "en": "Mail to {name} came back. Check the e-mail address.",
        "fr": "Le courrier adressé à {name} est revenu. Vérifiez l'adresse courriel.",
    },
    W.EMAIL_TO_CONFIRM: {
        "en": "{name} has to confirm the new e-mail address: each mailbox concerned gets a link.",
        "fr": "{name} doit confirmer la nouvelle adresse courriel : chaque boîte concernée reçoit un lien.",
    },
    W.NO_EMAIL: {
        "en": "{name} has no e-mail address and is not told by e-mail.",
        "fr": "{name} n'a pas d'adresse courriel et n'est pas prévenu par courriel.",
    },
    W.OTHER_DOMAIN: {
        "en": "The e-mail address of {name} is not of a preferred domain.",
        "fr": "L'adresse courriel de {name} n'appartient pas à un domaine privilégié.",
    },
    W.OVERLAPS: {
        "en": "{name} has other work at that time.",
        "fr": "{name} a un autre travail à ce moment-là.",
    },
    W.NO_PHONE: {
        "en": "{name} has no phone number and is not told by text message.",
        "fr": "{name} n'a pas de numéro de téléphone et n'est pas prévenu par texto.",
    },
    W.STILL_ASSIGNED: {
        "en": "Open requests still assigned to {name}: {count}.",
        "fr": "Demandes ouvertes encore attribuées à {name} : {count}.",
    },
    W.UNREGISTERED_EMAIL: {
        "en": "{name} has no account yet; the link lets them make one.",
        "fr": "{name} n'a pas encore de compte ; le lien permet d'en créer un.",
    },
}
# What is typed into a field of somebody who is signed in is no sign-in.
AT_A_FIELD: dict[ErrorCode | WarningCode, dict[str, str]] = {
    E.INVALID_CREDENTIALS: {
        "en": "This is not your password, or it was tried too often. Wait a while and try again.",
        "fr": "Ce n'est pas votre mot de passe, ou il y a eu trop d'essais. Attendez un peu avant de réessayer.",
    },
}


def sentence(told: Refusal | Caution, language: str) -> str:
    """What a refusal or a warning says in a language."""
    own = AT_A_FIELD.get(told.code) if told.path else None
    return filled(own or MESSAGES[told.code], language, told.words)
