"""Sessions that a practitioner notes, and what the patient says to them."""
