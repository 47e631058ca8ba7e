"""The words of messages: one module per kind, one layout for all."""
