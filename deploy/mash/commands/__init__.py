"""The commands of `mash`, one module each. What is heavy is imported inside the function that needs it."""
