"""Who a contact is about, what was known, and how much need it shows: pure rules over frozen values."""
