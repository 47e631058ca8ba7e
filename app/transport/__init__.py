"""GraphQL over HTTP, server-sent events and WebSocket: limits, origins, sockets."""
