"""Pure rules of intake over frozen values: no clock, no input or output."""
