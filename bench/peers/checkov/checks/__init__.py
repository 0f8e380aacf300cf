from pathlib import Path

# Checkov imports the modules that this names.
__all__ = [path.stem for path in Path(__file__).parent.glob("[a-z]*.py")]
