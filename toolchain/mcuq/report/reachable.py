"""Gates that no result can pass, told before anything is built."""

from __future__ import annotations

from mcuq.data import load_data
from mcuq.errors import UsageError
from mcuq.importers import load_model
from mcuq.pipeline.check import check_request
from mcuq.pipeline.gates import Gates
from mcuq.pipeline.request import BuildRequest
from mcuq.score.choice import suited_metric
from mcuq.score.metrics import get_metric


def check_reachable(gates: Gates, request: BuildRequest) -> None:
    """Refuse a gate that no result can pass, such as 95 for 95 %.

    Raises:
        UsageError: the metric is 1 at most. As `load_data` and `suited_metric` besides, where the
            metric depends on the data.
    """
    asked, data = gates.min_accuracy, request.evaluation or request.search_data
    data = data or request.calibration
    if asked is None or asked <= 1.0 or (data is None and request.metric is None):
        return
    check_request(request)
    if request.metric is not None:
        metric = get_metric(request.metric, request.metric_folder)
    else:
        assert data is not None
        graph = load_model(request.model)
        output = request.metric_output
        metric, _ = suited_metric(graph, load_data(data, graph), output=output)
    if metric.is_share or metric.name == "r2":
        share = f"write a share: {asked / 100:g}" if asked <= 100 else "write a share of 1"
        raise UsageError(f"--min-accuracy {asked:g} is more than {metric.name} can be: 1", share)
