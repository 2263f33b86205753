"""OLE compound files: HWP 5, Office before 2007, messages of Outlook, packages under a password."""
