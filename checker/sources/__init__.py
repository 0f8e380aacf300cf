"""Where subjects come from: configuration and a transport in, subjects out. `run.collect` calls them."""
