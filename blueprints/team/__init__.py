"""What a practitioner states about themselves, and the practice with its members."""
