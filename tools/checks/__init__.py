"""The steps of `make test`, what each gave, and the summary."""
