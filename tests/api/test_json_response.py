import pytest

from lodgepole.api.json_response import json_bytes, json_response
from lodgepole.api.schemas.completions import ChoiceChunkModel, ChoiceDelta
from lodgepole.api.schemas.wire import ErrorDetail, ErrorResponse


def test_models_are_encoded_with_the_models_in_them():
    body = ErrorResponse(status=404, error=ErrorDetail(code="NOT_FOUND", message="ü"))
    response = json_response(body, status=404, headers={"X-A": "b"})
    expected = '{"status":404,"error":{"code":"NOT_FOUND","message":"ü"}}'
    assert response.body == expected.encode()
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-A"] == "b"


def test_what_is_left_out_within_a_list_is_left_out():
    choice = ChoiceChunkModel(index=0, delta=ChoiceDelta(content="a"))
    assert json_bytes([choice]) == b'[{"index":0,"delta":{"content":"a"},"finish_reason":null}]'


def test_what_is_no_part_of_an_answer_is_not_encoded():
    with pytest.raises(TypeError):
        json_bytes({"value": object()})
