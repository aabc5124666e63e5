"""What -v adds: how the configuration was found, and how right the predictions were."""

from __future__ import annotations

from mcuq.report.reasons import reasons
from mcuq.result.manifest import Manifest


def test_a_search_says_what_it_did(manifest: Manifest) -> None:
    search = manifest.search.model_copy(update={"refined_from": 0.02, "refined_to": 0.015})
    text = "\n".join(reasons(manifest.model_copy(update={"search": search})))
    assert "plain int8 does not fit the budget; its search loss is 0.01" in text
    assert "ga scored 120 of 1,024 configurations, 200 at most; loss 0.02" in text
    assert "0.02 → 0.015 on samples kept back: taken" in text
    assert "top1 over the front: 95.00 % to 98.00 %" in text
    assert "60,000 B predicted, 60,000 B linked" in text


def test_a_finish_that_was_refused_is_told(manifest: Manifest) -> None:
    search = manifest.search.model_copy(update={"refined_from": 0.02, "refined_to": 0.02})
    text = "\n".join(reasons(manifest.model_copy(update={"search": search})))
    assert "no better, not taken" in text


def test_without_a_search_there_is_little_to_say(manifest: Manifest) -> None:
    search = manifest.search.model_copy(update={"method": "fixed", "evaluations": 0})
    text = reasons(manifest.model_copy(update={"search": search, "compared": ()}))
    assert text[0] == "no search: the configuration was fixed"
    assert len(text) == 3


def test_a_space_too_large_for_a_number_is_told(manifest: Manifest) -> None:
    search = manifest.search.model_copy(update={"space_size": "1" + "0" * 400})
    text = "\n".join(reasons(manifest.model_copy(update={"search": search})))
    assert "120 of 10^400 configurations" in text
