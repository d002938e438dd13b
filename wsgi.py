"""The WSGI entry point: ``gunicorn wsgi:app`` and ``flask --app wsgi``."""

from crm import create_app
from crm.kit import process

app = create_app()
process.settle()
