"""The structured log: one JSON line an event, no personal data, no line breaks from outside."""

import logging
import sys

import structlog


def init(level: int = logging.INFO) -> None:
    """Write JSON lines to standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),  # one write a line: threads do not mix
        cache_logger_on_first_use=False,
    )
