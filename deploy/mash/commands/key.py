"""`mash key`."""

from deploy.mash.embedded.secrets import new_key


def key() -> None:
    """Make a key-encryption key: write it to a file that only the services can read, and set MASH_KEK_FILE to it.

    To rotate, put a new key on the first line of the file and leave the old ones below it.
    """
    print(new_key())
