"""Tables, their verbs and the tables of allowed moves. No viewer, no GraphQL, no I/O but the ORM."""
