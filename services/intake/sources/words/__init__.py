"""Agency words and what they mean here, as data. A word that stands in no table is kept as sent, never guessed."""

from services.intake.sources.words.tables import Meaning, category, value, word_key

__all__ = ["Meaning", "category", "value", "word_key"]
