"""One screen per step; screens know widgets, never each other."""
