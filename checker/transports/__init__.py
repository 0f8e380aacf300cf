"""The only doors to the world: one module for each."""
