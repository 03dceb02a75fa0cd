"""Say whether this computer is ready for the lessons: ``python -m helpers``."""

import sys

from helpers import selfcheck

sys.exit(selfcheck.main())
