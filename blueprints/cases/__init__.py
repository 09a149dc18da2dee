"""Cases from a practice's sheet, and how a person takes over the one that is about them."""
