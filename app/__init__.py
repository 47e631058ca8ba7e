"""Guichet: a GraphQL API that gives service requests to the right people."""

__version__ = "0.1.0"
