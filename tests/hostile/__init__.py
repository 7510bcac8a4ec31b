"""Files made to break an importer, read by the whole program."""
