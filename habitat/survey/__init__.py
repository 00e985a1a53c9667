"""Surveys of a place: sonar images, sensor series, partial designs, and simulators of them."""
