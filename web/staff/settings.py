"""The settings of the staff console, which stand in the ``[web]`` table."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr, model_validator

from indexer.config import Settings

_ISSUER = r"^(https?://[^\s?#]+)?$"


class StaffSettings(Settings):
    """What the staff part of the ``[web]`` table may hold."""

    staff_idle_minutes: Annotated[int, Field(ge=5, le=480, description="Minutes without a click after which staff are signed out.")] = 30
    staff_session_hours: Annotated[int, Field(ge=1, le=24, description="Hours after which staff sign in again, however busy they are.")] = 10
    staff_attempts: Annotated[int, Field(ge=3, le=20, description="Wrong passwords in a row after which an account is locked for a while.")] = 5
    staff_lock_minutes: Annotated[int, Field(ge=1, le=1440, description="How long it is locked.")] = 15
    staff_password_length: Annotated[int, Field(ge=8, le=64, description="Shortest password that is taken, in characters.")] = 12
    staff_passwords: Annotated[bool, Field(description="Whether staff may sign in with a password; otherwise only through OpenID Connect.")] = True
    oidc_issuer: Annotated[str, Field(pattern=_ISSUER, description="OpenID Connect provider, such as Microsoft Entra's; empty: none.")] = ""
    oidc_client_id: Annotated[str, Field(description="The client id that the provider knows Waymark by.")] = ""
    oidc_client_secret: Annotated[SecretStr, Field(description="Its secret.")] = SecretStr("")
    oidc_claim: Annotated[str, Field(pattern=r"^[a-z_]+$", description="The claim that holds the name of the account here.")] = "email"
    oidc_label: Annotated[str, Field(min_length=1, max_length=60, description="What the sign-in button calls the provider.")] = "your council account"
    content_writes: Annotated[
        bool, Field(description="Whether changes by staff are written to the content folder; otherwise each is only offered as a patch.")
    ] = True
    work_nice: Annotated[int, Field(ge=0, le=19, description="How far background work stands back behind answering (as with nice).")] = 10
    work_rows: Annotated[int, Field(ge=10, le=100_000, description="Most questions of one file that staff may have answered.")] = 5000
    runs_kept: Annotated[int, Field(ge=2, le=1000, description="Consistency runs and answered files that are kept; the oldest go first.")] = 40

    @model_validator(mode="after")
    def _signs_in(self) -> StaffSettings:
        wanted = {"oidc_client_id": self.oidc_client_id, "oidc_client_secret": self.oidc_client_secret.get_secret_value()}
        missing = [name for name, value in wanted.items() if not value]
        if self.oidc_issuer and missing:
            raise ValueError(f"oidc_issuer is set, so {' and '.join(missing)} must be set too")
        if not self.oidc_issuer and not self.staff_passwords:
            raise ValueError("staff_passwords is false and oidc_issuer is empty: nobody could sign in")
        return self
