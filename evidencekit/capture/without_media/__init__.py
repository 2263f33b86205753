"""Capture without media: what may be asked for, what may be received, what may be kept.

For pages of which no picture may be stored, since possession alone is a crime (decision 0022).
Everything here is an allow-list: what is not known to be text is not asked for, what does not say
that it is text is ended at its head, and of text nothing is kept that could be a picture in
disguise. Text that is lost is the price; a picture that is kept is not.
"""
