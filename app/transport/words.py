"""What the transport says when it refuses, in the two languages of the product."""

LANGUAGES = ("en", "fr")

WORDS: dict[str, dict[str, str]] = {
    "FORBIDDEN_ORIGIN": {
        "en": "Pages of this origin may not use the API.",
        "fr": "Les pages de cette origine ne peuvent pas utiliser l'API.",
    },
    "METHOD_NOT_ALLOWED": {
        "en": "Send GraphQL operations with POST.",
        "fr": "Envoyez les opérations GraphQL avec POST.",
    },
    "UNSUPPORTED_MEDIA_TYPE": {
        "en": "Send one Content-Type: application/json, in UTF-8.",
        "fr": "Envoyez un seul Content-Type : application/json, en UTF-8.",
    },
    "BODY_TOO_LARGE": {
        "en": "The body is larger than {limit} bytes.",
        "fr": "Le corps de la requête dépasse {limit} octets.",
    },
    "BODY_TIMEOUT": {
        "en": "The body did not arrive in time.",
        "fr": "Le corps de la requête n'est pas arrivé à temps.",
    },
    "INVALID_JSON": {
        "en": "The body is not valid JSON in UTF-8.",
        "fr": "Le corps de la requête n'est pas du JSON valide en UTF-8.",
    },
    "INVALID_TEXT": {
        "en": "Text may hold neither NUL nor unpaired surrogate characters.",
        "fr": "Le texte ne peut contenir ni caractère NUL ni demi-codet isolé.",
    },
    "INVALID_REQUEST": {
        "en": "The request must be an object; “{field}” is missing or has the wrong type.",
        "fr": "La requête doit être un objet ; « {field} » manque ou n'a pas le bon type.",
    },
    "NESTED_TOO_DEEPLY": {
        "en": "The JSON is nested more than {limit} levels deep.",
        "fr": "Le JSON est imbriqué sur plus de {limit} niveaux.",
    },
    "BATCHING_OFF": {
        "en": "Send one operation per request.",
        "fr": "Envoyez une seule opération par requête.",
    },
    "SYNTAX_ERROR": {
        "en": "{detail}",
        "fr": "La requête n'est pas du GraphQL : {detail}",
    },
    "VALIDATION_FAILED": {
        "en": "{detail}",
        "fr": "La requête ne correspond pas au schéma : {detail}",
    },
    "BAD_VARIABLES": {
        "en": "{detail}",
        "fr": "Les variables ne conviennent pas : {detail}",
    },
    "NO_OPERATION": {
        "en": "The document holds no operation.",
        "fr": "Le document ne contient aucune opération.",
    },
    "UNKNOWN_OPERATION": {
        "en": "The document holds no operation of that name.",
        "fr": "Le document ne contient pas d'opération de ce nom.",
    },
    "OPERATION_NAME_REQUIRED": {
        "en": "The document holds several operations: name one in operationName.",
        "fr": "Le document contient plusieurs opérations : nommez-en une dans operationName.",
    },
    "SUBSCRIPTION_NEEDS_STREAM": {
        "en": "Open subscriptions over a WebSocket (graphql-transport-ws) or with Accept: text/event-stream.",
        "fr": "Ouvrez les abonnements par WebSocket (graphql-transport-ws) ou avec Accept: text/event-stream.",
    },
    "LENGTH_LIMIT": {
        "en": "The document is {measured} characters long; {limit} are allowed. Pass values as variables.",
        "fr": "Le document fait {measured} caractères ; {limit} sont permis. Passez les valeurs en variables.",
    },
    "TOKEN_LIMIT": {
        "en": "The document holds more than {limit} tokens.",
        "fr": "Le document contient plus de {limit} éléments lexicaux.",
    },
    "DEPTH_LIMIT": {
        "en": "The operation is {measured} levels deep; {limit} are allowed.",
        "fr": "L'opération a {measured} niveaux de profondeur ; {limit} sont permis.",
    },
    "ALIAS_LIMIT": {
        "en": "The operation uses {measured} aliases; {limit} are allowed.",
        "fr": "L'opération utilise {measured} alias ; {limit} sont permis.",
    },
    "DIRECTIVE_LIMIT": {
        "en": "The operation uses {measured} directives; {limit} are allowed.",
        "fr": "L'opération utilise {measured} directives ; {limit} sont permises.",
    },
    "ROOT_FIELD_LIMIT": {
        "en": "The operation has {measured} root fields; {limit} are allowed.",
        "fr": "L'opération a {measured} champs racine ; {limit} sont permis.",
    },
    "MUTATION_LIMIT": {
        "en": "The request holds {measured} mutations; {limit} are allowed.",
        "fr": "La requête contient {measured} mutations ; {limit} sont permises.",
    },
    "COST_LIMIT": {
        "en": "The operation costs {measured}; {limit} is allowed. Ask for fewer fields or smaller pages.",
        "fr": "L'opération coûte {measured} ; {limit} est permis. Demandez moins de champs ou de plus petites pages.",
    },
    "TIMEOUT": {
        "en": "The operation took longer than {limit} seconds and was stopped.",
        "fr": "L'opération a duré plus de {limit} secondes et a été arrêtée.",
    },
    "INTERNAL": {
        "en": "Something went wrong on our side. Tell support this id: {id}.",
        "fr": "Une erreur s'est produite de notre côté. Donnez cet identifiant à l'assistance : {id}.",
    },
    "FILE_METHOD_NOT_ALLOWED": {
        "en": "Fetch files with GET; hand them in with POST.",
        "fr": "Récupérez les fichiers avec GET ; déposez-les avec POST.",
    },
    "FILE_IS_A_FORM": {
        "en": "Send the file itself as the body, not a form.",
        "fr": "Envoyez le fichier lui-même comme corps de la requête, pas un formulaire.",
    },
    "NO_FILE": {
        "en": "There is no such file, or no longer.",
        "fr": "Ce fichier n'existe pas, ou n'existe plus.",
    },
    "PASSWORD_CHANGE_REQUIRED": {
        "en": "Change your password first.",
        "fr": "Changez d'abord votre mot de passe.",
    },
    "UNAUTHENTICATED": {
        "en": "The token is not valid, or no longer.",
        "fr": "Le jeton n'est pas valable, ou ne l'est plus.",
    },
    "SESSION_ENDED": {
        "en": "The session has ended. Sign in again.",
        "fr": "La session est terminée. Reconnectez-vous.",
    },
    "SUBSCRIPTION_LIMIT": {
        "en": "A connection may run {limit} operations at once.",
        "fr": "Une connexion peut exécuter {limit} opérations à la fois.",
    },
    "TOO_MANY_SOCKETS": {
        "en": "Too many connections are open. Try again in a while.",
        "fr": "Trop de connexions sont ouvertes. Réessayez dans un moment.",
    },
    "INVALID_MESSAGE": {
        "en": "The message does not follow graphql-transport-ws.",
        "fr": "Le message ne suit pas graphql-transport-ws.",
    },
    "INIT_TIMEOUT": {
        "en": "connection_init did not arrive in time.",
        "fr": "connection_init n'est pas arrivé à temps.",
    },
}


def say(code: str, language: str, **values: object) -> str:
    """The sentence for a code, with its values filled in."""
    return WORDS[code][language].format(**values)


def known_language(tag: object) -> str | None:
    """ "fr" or "en" for a language tag such as "fr-CA"; None if we do not speak it."""
    base = str(tag).strip().lower().replace("_", "-").split("-")[0]
    return base if base in LANGUAGES else None


def preferred_language(accept: str | None) -> str:
    """The best of our languages by an Accept-Language header; English if it names none of them."""
    best, weight = "en", 0.0
    for part in (accept or "").split(","):
        tag, _, parameter = part.partition(";")
        language, quality = known_language(tag), quality_of(parameter)
        if language and quality > weight:
            best, weight = language, quality
    return best


def quality_of(parameters: str) -> float:
    """The q parameter of one entry of an Accept or Accept-Language header; 1 without one, 0 if it is broken."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            return _number(value)
    return 1.0


def _number(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
