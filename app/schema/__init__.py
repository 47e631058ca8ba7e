"""The published words of the graph: types, inputs, payloads; one file per noun."""
