"""How fast Guichet is, beside a floor measured in the same run."""
