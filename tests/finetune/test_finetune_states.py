"""A model that keeps states is not trained here, and says so before TensorFlow is loaded."""

from __future__ import annotations

import pytest
from stateful_models import streaming_model

from mcuq.errors import InputError
from mcuq.finetune.finetune import check_trainable


def test_a_model_with_states_is_refused_in_one_line() -> None:
    with pytest.raises(InputError, match=r"keeps states .*not trained over time here") as caught:
        check_trainable(streaming_model().graph)
    assert "\n" not in caught.value.cause + caught.value.hint
    assert "in its own framework" in caught.value.hint
