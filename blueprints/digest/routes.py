"""The area of the weekly mail with all its pages."""

from blueprints.digest import dev_mail, preferences, unsubscribe
from blueprints.digest.area import digest

__all__ = ["dev_mail", "digest", "preferences", "unsubscribe"]
