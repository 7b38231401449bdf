"""One file per block: a message becomes facts and a reply; nothing else happens here."""
