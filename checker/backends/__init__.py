"""How checks become results. `run.check` calls the one that is meant."""
