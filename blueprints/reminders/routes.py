"""The area of the reminders with all its pages."""

from blueprints.reminders import calendar, push, settings
from blueprints.reminders.area import reminders

__all__ = ["calendar", "push", "reminders", "settings"]
