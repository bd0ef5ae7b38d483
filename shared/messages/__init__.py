"""Every message and the values inside them, frozen; versions stand side by side, one file per message."""
