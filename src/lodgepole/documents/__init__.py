"""What parsing makes of a file, and how it is built, stored and shown."""
