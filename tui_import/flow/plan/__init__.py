"""From normalised rows to a plan: which record each row means, and what happens to each of its fields.

``binding``  columns of a block of rows → values, keys and issues per field
``keys``     the texts that records are matched by
``merge``    stored value + incoming value + rule → result and verb
``entity``   one entity's side of a block: hits, records planned so far, new records
``contacts`` companies and persons, row by row, in the order of the file
``products`` products of one price list, the same way; ``rows`` is what both share
``advice``   how well each key would do
"""
