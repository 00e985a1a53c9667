"""Vector drawings of reports: SVG with a title, a description, and signs besides colour.

Each drawing is one ``<svg>`` element without outside references. Colours are of the palette of
Okabe and Ito; every verdict also has its own sign, so that greyscale print and any colour vision
read it.
"""
