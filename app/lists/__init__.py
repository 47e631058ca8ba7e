"""The lists as people look at them: their columns, in both languages, and what a client may ask of them."""
