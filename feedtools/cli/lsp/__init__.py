"""The language server: the same findings and fixes, while somebody types."""
