"""`mash people`: the same child found again, in files and measured."""
