"""Real phones (the product's own scripts under Node) against the real application, with everything that goes wrong."""
