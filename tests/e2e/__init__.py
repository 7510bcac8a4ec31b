"""The installed program in a real terminal: a pseudo terminal, keys in, a screen out."""
