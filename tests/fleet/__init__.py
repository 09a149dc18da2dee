"""Several processes of one site, driven from outside: PostgreSQL, Redis, web processes and workers that really run."""
