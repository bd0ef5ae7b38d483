"""A container engine and stand-in images for machines that can neither pull images nor run Docker."""
