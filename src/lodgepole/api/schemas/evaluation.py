"""Evaluation on the wire."""

from typing import Literal

from pydantic import Field

from lodgepole.api.schemas.wire import NOT_BLANK, UsageModel, WireRequest, WireResponse


class AlignmentRequest(WireRequest):
    question: str = Field(description="What was asked.", json_schema_extra=NOT_BLANK)
    answer: str = Field(description="The answer to judge.", json_schema_extra=NOT_BLANK)
    ground_truth_answer: str = Field(
        description="The answer that is right.", json_schema_extra=NOT_BLANK
    )


class FactModel(WireResponse):
    content: str


class EvaluatedFactModel(WireResponse):
    fact: FactModel
    entailment: Literal["entailed", "contradicted", "neutral"]


class ReasoningModel(WireResponse):
    evaluated_facts: list[EvaluatedFactModel]


class MetricsModel(WireResponse):
    correctness: float = Field(description="Precision over the judged facts.")
    completeness: float = Field(description="Recall over the judged facts.")
    alignment: float = Field(description="Harmonic mean of both.")


class AlignmentResponse(WireResponse):
    metrics: MetricsModel
    reasoning: ReasoningModel
    usage: UsageModel
