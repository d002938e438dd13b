"""Chinese first, English second: the language of the person, else of the browser."""

from collections.abc import Mapping
from typing import Any

from babel.support import NullTranslations
from flask import Flask, g, has_request_context, request, session
from flask.globals import app_ctx
from flask_babel import Babel, Domain, get_locale
from markupsafe import Markup

_MOST_MADE = 20_000  # the texts of all templates are some 9,000
LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}
babel = Babel()


class Catalogue(Domain):
    """The catalogue of our texts; a request finds its own once for each language, not at each of a thousand texts of a page."""

    def get_translations(self) -> NullTranslations:
        """Return the translations of this moment's language: ``force_locale`` changes it within a request."""
        try:
            around = vars(app_ctx.g).get("_flask_babel")
        except RuntimeError:  # no app is at work
            around = None
        locale = getattr(around, "babel_locale", None)
        if around is None or locale is None:
            return super().get_translations()  # type: ignore[no-any-return]
        kept = getattr(around, "crm_catalogue", None)
        if kept is None or kept[0] is not locale:
            kept = around.crm_catalogue = locale, super().get_translations()
        return kept[1]  # type: ignore[no-any-return]


catalogue = Catalogue()


def choose() -> str:
    """Return the locale of this request."""
    if not has_request_context():
        return LANGUAGES["zh"]  # commands, jobs and seeds
    actor = g.get("actor")
    wanted = (actor.language if actor else None) or session.get("language")
    if wanted in LANGUAGES:
        return LANGUAGES[wanted]
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-TW", "zh-HK", "en", "en-US", "en-GB"], "zh")
    return LANGUAGES["en" if best.startswith("en") else "zh"]


def _text(text: str) -> str:
    return str(catalogue.get_translations().ugettext(text))


def text(words: str, /, **values: Any) -> Markup:
    """Return a text of the templates in the reader's language; what is put into it is escaped.

    One without values is made once for each language: a page has 500 to 1,000 of them, and Jinja's own way makes each anew.
    """
    translations: Any = catalogue.get_translations()
    if values:
        return Markup(translations.ugettext(words)) % values
    made: dict[str, Markup] = vars(translations).setdefault("crm_made", {})
    found = made.get(words)
    if found is None:
        found = Markup(translations.ugettext(words)) % values
        if len(made) < _MOST_MADE:
            made[str(words)] = found
    return found


def spoken(words: Mapping[Any, Any]) -> dict[Any, str]:
    """Return a table of words in the reader's language, each asked for once: for pages that say them in hundreds of rows."""
    return {key: str(word) for key, word in words.items()}


def _texts(one: str, many: str, count: int) -> str:
    return str(catalogue.get_translations().ungettext(one, many, count))


def init(app: Flask) -> None:
    """Join Babel to the app."""
    babel.init_app(app, locale_selector=choose)
    babel.domain_instance = catalogue
    environment: Any = app.jinja_env
    environment.install_gettext_callables(_text, _texts, newstyle=True)
    environment.globals["_"] = environment.globals["gettext"] = text
    environment.filters["spoken"] = spoken

    @app.context_processor
    def language() -> dict[str, str]:
        locale = get_locale()
        return {"lang": "en" if locale and locale.language == "en" else "zh-CN"}
