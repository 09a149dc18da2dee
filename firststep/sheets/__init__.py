"""A practice's own table, read: bytes and a mapping become accepted visits and reported rows. Pure, no database."""
