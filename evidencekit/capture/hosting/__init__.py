"""Who hosts a site, and whom to ask: RDAP and what follows from it."""
