"""Every format we define, as pure functions between bytes and model (docs/format/)."""
