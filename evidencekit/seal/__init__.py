"""What a seal needs from outside: a key to sign with, an authority to stamp with."""
