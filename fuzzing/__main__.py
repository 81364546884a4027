"""`python -m fuzzing`."""

import sys

from fuzzing.command import main

sys.exit(main())
