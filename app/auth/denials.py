"""Top-level errors: not signed in, forbidden, malformed. In both languages of the product."""

from typing import Any

from graphql import GraphQLError

from app.auth.words import filled

DENIALS: dict[str, dict[str, str]] = {
    "NOT_SIGNED_IN": {
        "en": "Sign in first.",
        "fr": "Connectez-vous d'abord.",
    },
    "PASSWORD_CHANGE_REQUIRED": {
        "en": "Change your password first.",
        "fr": "Changez d'abord votre mot de passe.",
    },
    "FORBIDDEN": {
        "en": "You may not see or do this.",
        "fr": "Vous n'avez pas le droit de voir ou de faire cela.",
    },
    "FEATURE_NOT_ENABLED": {
        "en": "This feature is not switched on here: {feature}.",
        "fr": "Cette fonction n'est pas activée ici : {feature}.",
    },
    "NOT_FOUND": {
        "en": "There is no such row, or none that you may see.",
        "fr": "Cet élément n'existe pas ou vous n'y avez pas accès.",
    },
    "NO_LONGER_VISIBLE": {
        "en": "You can no longer see this request.",
        "fr": "Vous n'avez plus accès à cette demande.",
    },
    "INVALID_PAGE": {
        "en": "`first` is a number from 0 to {most}.",
        "fr": "`first` est un nombre de 0 à {most}.",
    },
    "INVALID_CURSOR": {
        "en": "`after` is no cursor of this list.",
        "fr": "`after` n'est pas un curseur de cette liste.",
    },
    "INVALID_PERIOD": {
        "en": "A period needs `from` before `to`, and is divided into at most {most} parts.",
        "fr": "Une période comporte `from` avant `to` et se divise en {most} parties au plus.",
    },
    "TOO_MANY_IDS": {
        "en": "At most {most} ids at once.",
        "fr": "Au plus {most} identifiants à la fois.",
    },
    "INVALID_INSTANT": {
        "en": "An instant needs a date, a time and an offset: 2026-11-22T09:30:00Z.",
        "fr": "Un instant comporte une date, une heure et un décalage : 2026-11-22T09:30:00Z.",
    },
}


class Denial(GraphQLError):
    """An error of the whole field. Whoever answers the client picks the language with `say`."""

    def __init__(self, code: str, **words: Any) -> None:
        super().__init__(filled(DENIALS[code], "en", words), extensions={"code": code})
        self.code, self.words = code, words

    def say(self, language: str) -> str:
        """The message in a language."""
        return filled(DENIALS[self.code], language, self.words)
