"""Five small firms with people, requests and history: the same at each load."""
