"""The fuzzing lies beside the desk, for both environments."""

import sys

from nightdesk_desk.settings import PROJECT_ROOT

if str(PROJECT_ROOT) not in sys.path:
    # At the end: no other name of the project's root may come before what is installed.
    sys.path.append(str(PROJECT_ROOT))
