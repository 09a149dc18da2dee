"""The medicine: pure functions from a diary to figures, each with its rule and its source; no web, no database."""
