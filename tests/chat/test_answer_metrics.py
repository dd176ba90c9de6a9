"""Each answer is counted: how it ended, its tokens, what they cost."""

from contextlib import suppress

import pytest

from lodgepole.adapters.memory.chat_model import ScriptedChatModel
from lodgepole.adapters.telemetry.prometheus import PrometheusMetrics
from lodgepole.chat.answer_metrics import AnswerWatch
from lodgepole.chat.model_directory import ConfiguredModel
from lodgepole.model import AnswerEnded, AnswerText, Usage
from lodgepole.telemetry.stages import Stages


def watch(*events, failure=None, **prices):
    metrics = PrometheusMetrics()
    model = ConfiguredModel(name="m", upstream="m", model=ScriptedChatModel([]), **prices)
    with suppress(ValueError, GeneratorExit), AnswerWatch(Stages(metrics), model) as watching:
        for event in events:
            watching.saw(event)
        if failure is not None:
            raise failure
    return metrics.exposition().decode()


ENDED = AnswerEnded(finish_reason="stop", usage=Usage(2_000, 500))


def test_an_answers_end_and_tokens_and_cost_are_counted():
    told = watch(AnswerText("Yes."), ENDED, prompt_price=2.0, completion_price=8.0)
    assert 'lodgepole_answers_total{outcome="stop"} 1.0' in told
    assert 'lodgepole_tokens_total{kind="prompt"} 2000.0' in told
    assert 'lodgepole_tokens_total{kind="completion"} 500.0' in told
    assert "lodgepole_cost_total 0.008" in told


def test_without_prices_nothing_costs_anything():
    assert "lodgepole_cost_total 0.0" in watch(AnswerText("Yes."), ENDED)


@pytest.mark.parametrize(
    ("failure", "outcome"), [(ValueError(), "failed"), (GeneratorExit(), "left")]
)
def test_an_answer_without_an_end_says_why(failure, outcome):
    told = watch(AnswerText("Ye"), failure=failure)
    assert f'lodgepole_answers_total{{outcome="{outcome}"}} 1.0' in told
