"""The area of the weekly mail with all its pages."""

from blueprints.digest import dev_mail, monday, preferences, unsubscribe
from blueprints.digest.area import digest

__all__ = ["dev_mail", "digest", "monday", "preferences", "unsubscribe"]
