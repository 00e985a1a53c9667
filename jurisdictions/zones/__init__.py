"""Zones of the law of the sea from latitude and longitude."""

from jurisdictions.zones.resolver import resolve
from jurisdictions.zones.site import SiteZones

__all__ = ["SiteZones", "resolve"]
