"""Log lines on standard error, one event a line: for people on a terminal, as JSON for machines."""

from typing import Any

import structlog

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]


def configure(*, level: str, json: bool) -> dict[str, Any]:
    """Set structlog up and return Django's `LOGGING`, so that both kinds of loggers write alike."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    rendered: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if json:
        rendered += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        rendered += [
            structlog.dev.ConsoleRenderer(
                colors=False,
                exception_formatter=structlog.dev.plain_traceback,  # the rich one prints local variables: secrets
            )
        ]
    quiet = "WARNING" if level == "INFO" else level
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": SHARED,
                "processors": rendered,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would write each line a second time, or mail it.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            # The sweep runs every few seconds and would fill the log with its own success.
            "celery": {"level": quiet},
            # The folder broker has no host to name, and says so at every connection.
            "kombu.connection": {"level": "ERROR"},
            # A simulated inverter starts and stops by the hundred in a demonstration.
            "pymodbus": {"level": quiet},
            "pymodbus.logging": {"level": quiet},
        },
    }
