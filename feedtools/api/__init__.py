"""The library over many files and processes; the command line only parses and prints."""
