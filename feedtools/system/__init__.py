"""The machine: processes, shared memory, locks, folders, files that appear whole or not at all, progress."""

POOL_BYTES = 4 * 2**20
"""Input smaller than this is worked on in this process: starting others would take longer."""
