"""The same stages on a distributed engine (extra ``spark``). Nothing of feedtools imports this package."""
