"""The rule engine: rules as data, the checks behind them, findings and fixes. Knows nothing of copies."""
