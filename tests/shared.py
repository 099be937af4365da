"""Where the shared measuring data are: they are no part of the project, and tests that need them skip without."""

import os
from pathlib import Path

SHARED = Path(os.environ.get("GEMA_SHARED") or Path(__file__).resolve().parents[2] / "shared")
