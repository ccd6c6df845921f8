"""Every table of the console, so that a database is made with all of them."""

from web.staff import models
from web.staff.attention import models as attention
from web.staff.consistency import models as consistency
from web.staff.content import models as content
from web.staff.questions import models as questions
from web.staff.switches import models as switches

__all__ = ["attention", "consistency", "content", "models", "questions", "switches"]
