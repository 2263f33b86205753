"""What is inside a file: of which type it is, what it says, and a copy that says less."""
