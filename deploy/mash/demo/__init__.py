"""The demo: plays the sample contacts into a running system and checks what became of each."""
