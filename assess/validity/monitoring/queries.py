"""Shared reads of monitoring: alarms, severity, charts."""

import uuid

from assess.validity.monitoring.evidence import Alarm, Severity


def alarms_of(scheme_version_id: uuid.UUID) -> tuple[Alarm, ...]:
    """Every alarm of a scheme version that is not closed, those nobody has looked at first."""
    return ()


def severity_of(scheme_version_id: uuid.UUID) -> tuple[Severity, ...]:
    """How severe each assessor is, the most severe first, as the latest look found."""
    return ()
