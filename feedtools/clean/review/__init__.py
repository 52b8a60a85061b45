"""Go through what a run left to a person: queue (what there is to decide), session (deciding), screen (one article)."""
