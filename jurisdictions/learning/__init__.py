"""Learning where rules end: labels, a teacher and small students for modality and installations.

Everything here serves ``benchmarks/learning.py``; an audit or an extraction imports none of it.
"""
