"""One module per noun: which rows a read means, and what a mutation does."""
