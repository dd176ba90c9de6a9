"""The route that judges an answer against the one that is right."""

from fastapi import APIRouter, Response

from lodgepole.api import render
from lodgepole.api.auth import DataRead
from lodgepole.api.json_response import json_response
from lodgepole.api.requests import read_json
from lodgepole.api.schemas.evaluation import AlignmentRequest

router = APIRouter(tags=["Evaluation"])


@router.post("/evaluation/metrics/alignment", operation_id="metrics_alignment")
async def metrics_alignment(call: DataRead) -> Response:
    """Correctness, completeness and their harmonic mean, with the facts they rest on."""
    body = await read_json(call.request, AlignmentRequest, call.services.limits)
    result = await call.services.alignment.judge(
        body.question, body.answer, body.ground_truth_answer
    )
    call.services.usage_meter.count_tokens(call.key, result.usage)
    return json_response(render.alignment(result))
