"""Flood maps: a vision transformer on SAR teaches a light network on coarse, cloudy optics."""
