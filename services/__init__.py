"""The five services. They meet in messages and never import each other."""
