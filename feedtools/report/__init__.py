"""Reports: what was found, in the form that whoever reads it expects."""
