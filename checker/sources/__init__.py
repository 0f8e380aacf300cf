"""Where subjects come from: configuration and a transport in, a snapshot out."""

from __future__ import annotations

from checker.sources import files

SOURCES = {"files": files.collect}
"""Every source by name."""
