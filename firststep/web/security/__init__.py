"""Flask-Security, set up for this product: who signs in, with what, and for how long."""

from firststep.web.security.setup import datastore, init_security

__all__ = ["datastore", "init_security"]
