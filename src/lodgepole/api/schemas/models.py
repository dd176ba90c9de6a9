"""Models that answer, on the wire."""

from pydantic import Field

from lodgepole.api.schemas.wire import WireResponse


class ChoosableModel(WireResponse):
    name: str = Field(description="What a request calls it.")
    quotes: bool = Field(
        description="Whether it is no language model, and answers in words of the files alone."
    )
    follows_instructions: bool = Field(
        description="Whether an assistant's instructions change what it answers."
    )
    takes_temperature: bool = Field(description="Whether `temperature` changes what it answers.")


class ListChoosableModelsResponse(WireResponse):
    """Further names that the published API knows are answered by the default one."""

    default: str = Field(description="Answers where neither request nor assistant names one.")
    models: list[ChoosableModel]
