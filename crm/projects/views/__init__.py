"""Pages of the pipeline."""

from flask import Blueprint

bp = Blueprint("projects", __name__, url_prefix="/projects")
