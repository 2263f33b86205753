"""What a bundle is made of: the documents in it, and later the plan and the writer."""
