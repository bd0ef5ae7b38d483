"""`mash policy`: check, read, compare and try out the packs of an authority. Nothing here sends or changes anything."""
