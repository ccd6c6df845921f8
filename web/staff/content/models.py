"""The tables of what staff change in the content folder."""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKey, LargeBinary, String
from sqlalchemy import Text as TextType
from sqlalchemy.orm import Mapped, mapped_column

from web.models import Base


class ContentChange(Base):
    """One change of one file, under the number of its entry in the audit trail.

    ``old`` and ``new`` are SHA-256 digests of the file before and after, empty for a file that was not there. ``before`` and ``after`` are its
    compressed texts; ``after`` only where the change was not written but is ``offered`` as a patch. ``closed``: it is no longer waiting to be
    taken over, since it was withdrawn, replaced by a later one, or taken into git.
    """

    __tablename__ = "content_changes"

    number: Mapped[int] = mapped_column(ForeignKey("audit.number"), primary_key=True, autoincrement=False)
    path: Mapped[str] = mapped_column(String(200), index=True)
    old: Mapped[str] = mapped_column(String(64))
    new: Mapped[str] = mapped_column(String(64))
    before: Mapped[bytes] = mapped_column(LargeBinary)
    after: Mapped[bytes] = mapped_column(LargeBinary)
    offered: Mapped[bool] = mapped_column(Boolean)
    closed: Mapped[bool] = mapped_column(Boolean, default=False)


class PublishedFiles(Base):
    """What the content folder held when a release was published from the console: JSON with the digest of each file, by path."""

    __tablename__ = "published_files"

    release: Mapped[str] = mapped_column(String(60), primary_key=True)
    files: Mapped[str] = mapped_column(TextType)
