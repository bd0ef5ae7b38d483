"""The image and the compose stack, started for real wherever a container engine answers."""
