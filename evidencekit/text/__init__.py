"""Words for people: catalogues of messages, and foreign text made safe for where it goes."""
