"""gonogo: policy-as-code governance and compliance checks for product operations."""

__version__ = "0.1.0"
"""The one place that states the version; the package's metadata is read from here."""
