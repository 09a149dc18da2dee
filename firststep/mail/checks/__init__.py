"""What `mail check` looks at: names in the DNS, the SMTP server, and the bytes of a letter."""
