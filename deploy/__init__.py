"""How the system is run: the command line, the embedded servers, policy packs, samples, decisions."""
