"""`mash report`: counts over what was received and decided. No names, no dates of birth, no texts."""
