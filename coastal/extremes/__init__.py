"""Return levels of sea level from short records, with what long records of a region teach."""
