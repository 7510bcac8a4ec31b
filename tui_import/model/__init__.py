"""What the program speaks of, as frozen dataclasses: no screens, no SQL, no plugin machinery, standard library only."""
