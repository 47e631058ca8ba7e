"""What refusals say, in the two languages of the product, and what their codes mean."""

from app.models.caution import WarningCode
from app.models.refusal import ErrorCode

E, W = ErrorCode, WarningCode

MEANINGS: dict[ErrorCode, str] = {
    E.ALREADY_ASSIGNED: "The worker already works on the request.",
    E.CONFLICT: "The row has changed since the given version; the payload shows it as it is now.",
    E.DEPARTMENT_MISMATCH: "The department belongs to another organization.",
    E.FORBIDDEN: "The row is visible, but this may not be done with it.",
    E.INVALID_CREDENTIALS: "No account signs in with this name and password now.",
    E.INVALID_VALUE: "The value does not fit.",
    E.NOT_ASSIGNED: "The worker has no open assignment to the request.",
    E.NOT_FOUND: "There is no such row, or none that the viewer may see.",
    E.OUT_OF_SCOPE: "The row would lie outside of what the viewer may create or change.",
    E.REQUIRED: "A value is missing.",
    E.SIGN_IN_OVER_HTTP: "Signing in needs an HTTP request.",
    E.TOO_LONG: "The text is too long.",
    E.TOO_MANY_TRIES: "Too many tries; wait a while.",
    E.WORKER_INACTIVE: "The worker's account is suspended or deleted.",
    E.WORKER_OUT_OF_SITE: "The worker does not work at the request's site.",
    E.WRONG_STATE: "The request's status does not allow it.",
}

CAUTIONS: dict[WarningCode, str] = {
    W.CANNOT_LOG_IN: "The person cannot sign in yet.",
    W.NO_EMAIL: "The person has no e-mail address.",
}

MESSAGES: dict[ErrorCode | WarningCode, dict[str, str]] = {
    E.ALREADY_ASSIGNED: {
        "en": "{name} already works on this request.",
        "fr": "{name} travaille déjà sur cette demande.",
    },
    E.CONFLICT: {
        "en": "Somebody changed this request meanwhile. Look at it again.",
        "fr": "Quelqu'un a modifié cette demande entre-temps. Vérifiez-la de nouveau.",
    },
    E.DEPARTMENT_MISMATCH: {
        "en": "This department belongs to another organization.",
        "fr": "Ce service appartient à une autre organisation.",
    },
    E.FORBIDDEN: {
        "en": "You may not do this.",
        "fr": "Vous n'avez pas le droit de faire cela.",
    },
    E.INVALID_CREDENTIALS: {
        "en": "The name or the password is wrong, or the account cannot sign in now.",
        "fr": "Le nom ou le mot de passe est incorrect, ou le compte ne peut pas se connecter pour le moment.",
    },
    E.INVALID_VALUE: {
        "en": "This value does not fit: {reason}.",
        "fr": "Cette valeur ne convient pas : {reason}.",
    },
    E.NOT_ASSIGNED: {
        "en": "This request is not assigned to that person.",
        "fr": "Cette demande n'est pas attribuée à cette personne.",
    },
    E.NOT_FOUND: {
        "en": "Not found.",
        "fr": "Introuvable.",
    },
    E.OUT_OF_SCOPE: {
        "en": "This lies outside of what you may handle.",
        "fr": "Cela dépasse ce que vous pouvez gérer.",
    },
    E.REQUIRED: {
        "en": "This is required.",
        "fr": "Ce champ est obligatoire.",
    },
    E.SIGN_IN_OVER_HTTP: {
        "en": "Sign in over HTTP; a socket cannot carry it.",
        "fr": "Connectez-vous par HTTP ; une socket ne le permet pas.",
    },
    E.TOO_LONG: {
        "en": "At most {limit} characters.",
        "fr": "Au plus {limit} caractères.",
    },
    E.TOO_MANY_TRIES: {
        "en": "Too many tries. Wait a while and try again.",
        "fr": "Trop d'essais. Attendez un peu avant de réessayer.",
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
        "en": "The status of this request does not allow it.",
        "fr": "Le statut de cette demande ne le permet pas.",
    },
    W.CANNOT_LOG_IN: {
        "en": "{name} has no access yet and cannot sign in.",
        "fr": "{name} n'a pas encore d'accès et ne peut pas se connecter.",
    },
    W.NO_EMAIL: {
        "en": "{name} has no e-mail address and is not told by e-mail.",
        "fr": "{name} n'a pas d'adresse courriel et n'est pas prévenu par courriel.",
    },
}
