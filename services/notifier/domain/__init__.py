"""Who is told, in which words, and how often it is tried: plain functions over frozen values."""
