"""How the weights and thresholds of `matching.yaml` come about."""
