"""The review of probable duplicates as state without drawing.

``review``    `Review`: the queue, where it stands, every decision    ``queue``   groups of pairs, their order and filters
``sides``     both records of a pair as texts                         ``fields``  field by field: incoming, stored, result, and why
``words``     reasons and the score in plain words                    ``bulk``    many pairs at once, after a sample
``calibration`` what decisions say about probabilities, a proposed line     ``learning`` what decisions teach the matcher
"""
