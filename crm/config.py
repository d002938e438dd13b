"""Settings, read once from the environment. Every one has a default that runs on a bare machine."""

import os
import secrets
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1024 * 1024


def load(overrides: dict[str, object] | None = None) -> dict[str, object]:
    """Return the settings of the app; ``overrides`` wins (tests, commands)."""
    data_dir = Path(str((overrides or {}).get("DATA_DIR") or os.environ.get("CRM_DATA_DIR") or ROOT / "var"))
    data_dir.mkdir(parents=True, exist_ok=True)
    settings: dict[str, object] = {
        "DATA_DIR": data_dir,
        "DATABASE_URL": os.environ.get("CRM_DATABASE_URL") or f"sqlite:///{data_dir / 'crm.sqlite3'}",
        "FILES_DIR": Path(os.environ.get("CRM_FILES_DIR") or data_dir / "files"),
        "DEVELOPMENT": os.environ.get("CRM_ENV", "production") == "development",
        # Behind TLS set CRM_SECURE=1: cookies then travel over https only.
        "SESSION_COOKIE_SECURE": os.environ.get("CRM_SECURE") == "1",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "crm_form",
        "TRUSTED_PROXIES": int(os.environ.get("CRM_TRUSTED_PROXIES", "0")),
        # Notices out: off until an administrator sets the ways and lists their hosts (docs/operations.zh.md).
        "PUBLIC_URL": os.environ.get("CRM_PUBLIC_URL", "").rstrip("/"),
        "NOTICE_MAIL": os.environ.get("CRM_NOTICE_MAIL", ""),
        "NOTICE_ROBOTS": os.environ.get("CRM_NOTICE_ROBOTS", ""),
        "NOTICE_HOSTS": os.environ.get("CRM_NOTICE_HOSTS", ""),
        # Recognition of card photos, an extra (docs/operations.zh.md): the Python it was installed for, and other models than its own.
        "OCR_PYTHON": os.environ.get("CRM_OCR_PYTHON", ""),
        "OCR_MODELS": os.environ.get("CRM_OCR_MODELS", ""),
        "SCHEDULER": os.environ.get("CRM_SCHEDULER", "1") == "1",
        # One request: five files of 20 MB at once, and the form around them.
        "MAX_CONTENT_LENGTH": 110 * MEGABYTE,
        "MAX_FORM_MEMORY_SIZE": 2 * MEGABYTE,
        "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "crm" / "translations"),
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "WTF_I18N_ENABLED": True,
        **(overrides or {}),
    }
    settings.setdefault("SECRET_KEY", os.environ.get("CRM_SECRET_KEY") or _stored_key(data_dir))
    return settings


def _stored_key(data_dir: Path) -> str:
    """Return the key that signs form tokens, made once and kept beside the data with mode 600."""
    path = data_dir / "secret.key"
    if not path.exists():
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_text(secrets.token_hex(32), encoding="ascii")
        temporary.chmod(0o600)
        try:
            os.link(temporary, path)  # two workers may start at once: the first one's key stays
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text(encoding="ascii").strip()
