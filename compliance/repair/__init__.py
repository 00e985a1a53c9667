"""Repair: the cheapest change that makes a design lawful.

What can be changed is a lever with priced changes (:mod:`.levers`, :mod:`.offers`, :mod:`.hulls`,
:mod:`.moves`, :mod:`.catalogue`). Rules become cuts, combinations of changes that nothing makes
lawful (:mod:`.bench`, :mod:`.cuts`), and the cheapest choice outside them is a configuration
problem (:mod:`.problem`, :mod:`.search`). The answer is audited in full and explained change by
change (:mod:`.run`, :mod:`.explain`, :mod:`.result`).
"""

from compliance.repair.bench import Terms
from compliance.repair.catalogue import Catalogue, load_catalogue
from compliance.repair.result import Repair
from compliance.repair.run import Wanted, repair
from compliance.repair.search import Solving

__all__ = ["Catalogue", "Repair", "Solving", "Terms", "Wanted", "load_catalogue", "repair"]
