"""Figures, not tests: ``make bench``. Every figure stands beside a named peer or limit measured in the same run, since machines differ."""
