"""Parameters of a notebook: declared in its cell, typed, named."""
