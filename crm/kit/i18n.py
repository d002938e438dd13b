"""Chinese first, English second: the language of the person, else of the browser."""

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, get_locale

LANGUAGES = {"zh": "zh_Hans_CN", "en": "en"}
babel = Babel()


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


def init(app: Flask) -> None:
    """Join Babel to the app."""
    babel.init_app(app, locale_selector=choose)

    @app.context_processor
    def language() -> dict[str, str]:
        locale = get_locale()
        return {"lang": "en" if locale and locale.language == "en" else "zh-CN"}
