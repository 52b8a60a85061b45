"""The memory of what was published: SQLite on one machine, or a store that many machines share."""
