"""Pure rules over frozen values: no input, output, clock or random id. Times and calendars arrive as arguments."""
