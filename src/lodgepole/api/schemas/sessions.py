"""Sessions on the wire."""

from pydantic import Field

from lodgepole.api.schemas.wire import Timestamp, WireResponse


class SignInOptionsResponse(WireResponse):
    """How people may sign in to the console."""

    provider: str | None = Field(
        description="What the identity provider is called; null where only keys are taken."
    )
    url: str | None = Field(description="Where a browser begins to sign in.")


class SessionModel(WireResponse):
    """Somebody who is signed in with one browser."""

    id: str
    person_id: str = Field(
        description="The same with every sign-in; the audit log and usage name it as the key."
    )
    name: str
    created_at: Timestamp
    expires_at: Timestamp = Field(description="When they have to sign in again.")


class ListSessionsResponse(WireResponse):
    sessions: list[SessionModel]
