"""Why a message did not arrive, in words that an administrator can act on, in both languages."""

REASONS: dict[str, dict[str, str]] = {
    "AUTH_REFUSED": {
        "en": "The mail server or Twilio refused our user name or password. The operator has to correct them.",
        "fr": "Le serveur de courriel ou Twilio a refusé nos identifiants. L'exploitant doit les corriger.",
    },
    "BAD_ANSWER": {
        "en": "Twilio's answer could not be read; it is looked up before the next try.",
        "fr": "La réponse de Twilio était illisible ; on vérifie avant le prochain essai.",
    },
    "BLOCKED": {
        "en": "The recipient or their operator does not take this message.",
        "fr": "Le destinataire ou son opérateur n'accepte pas ce message.",
    },
    "BOUNCED": {
        "en": "The message came back: the mailbox does not take it. Check the address.",
        "fr": "Le message est revenu : la boîte ne l'accepte pas. Vérifiez l'adresse.",
    },
    "CANNOT_TELL": {
        "en": "Whether an earlier try arrived is still being found out.",
        "fr": "On cherche encore à savoir si un essai précédent est arrivé.",
    },
    "COUNTRY_NOT_ALLOWED": {
        "en": "SMS to this country are not enabled for our Twilio account.",
        "fr": "Les SMS vers ce pays ne sont pas activés pour notre compte Twilio.",
    },
    "DISCONNECTED": {
        "en": "The connection broke; it will be tried again.",
        "fr": "La connexion a été coupée ; un nouvel essai suivra.",
    },
    "FILTERED": {
        "en": "The operator took the message for spam.",
        "fr": "L'opérateur a pris le message pour un pourriel.",
    },
    "INTERNAL": {
        "en": "Something went wrong here; the operator's log has the details.",
        "fr": "Une erreur s'est produite ici ; le journal de l'exploitant en a les détails.",
    },
    "INVALID_ADDRESS": {
        "en": "The e-mail address does not exist, or cannot be written to. Check it.",
        "fr": "L'adresse courriel n'existe pas ou ne peut rien recevoir. Vérifiez-la.",
    },
    "INVALID_MESSAGE": {
        "en": "The message could not be put into a form that the mail server takes.",
        "fr": "Le message n'a pas pu prendre une forme que le serveur de courriel accepte.",
    },
    "INVALID_NUMBER": {
        "en": "The phone number does not exist, or cannot receive SMS. Check it, with the country's code.",
        "fr": "Le numéro n'existe pas ou ne reçoit pas de SMS. Vérifiez-le, avec l'indicatif du pays.",
    },
    "NO_ADDRESS": {
        "en": "The person has no address for this channel.",
        "fr": "La personne n'a pas d'adresse pour ce canal.",
    },
    "NOT_CONFIGURED": {
        "en": "This channel is not set up on this server. Hand the link over by another way.",
        "fr": "Ce canal n'est pas configuré sur ce serveur. Transmettez le lien autrement.",
    },
    "NOT_CONFIRMED": {
        "en": "The mail server did not confirm the message: it may have arrived. It is sent twice at most.",
        "fr": "Le serveur de courriel n'a rien confirmé : le message est peut-être arrivé. Deux envois au plus.",
    },
    "NOT_OFFERED": {
        "en": "The mail server lacks what our settings require; it will be tried again.",
        "fr": "Le serveur de courriel n'offre pas ce qu'exigent nos réglages ; un nouvel essai suivra.",
    },
    "NOT_VISIBLE": {
        "en": "The message is out of date, or the recipient may no longer see what it is about.",
        "fr": "Le message est périmé, ou le destinataire ne peut plus voir ce dont il parle.",
    },
    "PHONE_UNREACHABLE": {
        "en": "The phone is switched off or out of reach.",
        "fr": "Le téléphone est éteint ou injoignable.",
    },
    "RATE_LIMITED": {
        "en": "Twilio asks for fewer messages at a time; it will be tried again.",
        "fr": "Twilio demande d'espacer les messages ; un nouvel essai suivra.",
    },
    "REFUSED": {
        "en": "The mail server refused the message.",
        "fr": "Le serveur de courriel a refusé le message.",
    },
    "STOPPED_BY_RECIPIENT": {
        "en": "The recipient answered STOP and receives no more SMS until they answer START.",
        "fr": "Le destinataire a répondu STOP et ne reçoit plus de SMS tant qu'il ne répond pas START.",
    },
    "TIMEOUT": {
        "en": "There was no answer in time; it will be tried again.",
        "fr": "Aucune réponse à temps ; un nouvel essai suivra.",
    },
    "TLS_FAILED": {
        "en": "The connection to the mail server is not safe; the operator has to check its certificate.",
        "fr": "La connexion au serveur de courriel n'est pas sûre ; l'exploitant doit vérifier son certificat.",
    },
    "TRY_LATER": {
        "en": "The mail server asked to come back later; it will be tried again.",
        "fr": "Le serveur de courriel demande de revenir plus tard ; un nouvel essai suivra.",
    },
    "UNAVAILABLE": {
        "en": "Twilio is out of order for the moment; it will be tried again.",
        "fr": "Twilio est en panne pour le moment ; un nouvel essai suivra.",
    },
    "UNREACHABLE": {
        "en": "The provider cannot be reached; it will be tried again.",
        "fr": "Le fournisseur est injoignable ; un nouvel essai suivra.",
    },
}
OTHER = {
    "en": "The provider refused the message (code {code}).",
    "fr": "Le fournisseur a refusé le message (code {code}).",
}


def explained(code: str, language: str) -> str:
    """The reason behind a code, in a language."""
    return REASONS[code][language] if code in REASONS else OTHER[language].format(code=code)
