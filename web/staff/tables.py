"""Every table of the console, so that a database is made with all of them."""

from web.staff import models

__all__ = ["models"]
