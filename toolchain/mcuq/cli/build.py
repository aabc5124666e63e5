"""`mcuq build`: from a float model to verified firmware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcuq.cli import options
from mcuq.cli.check import raise_broken
from mcuq.cli.output import JsonFlag, explain, stdout, write_json
from mcuq.cli.progress import shown_progress

if TYPE_CHECKING:
    from mcuq.cli.request import Job


def build(
    model: options.Model = None,
    board: options.Board = None,
    port: options.Port = None,
    as_is: options.AsIs = None,
    farm: options.Farm = None,
    farm_samples: options.FarmSamples = None,
    output: options.Output = None,
    optimize: options.Optimize = None,
    kernels: options.Kernels = None,
    cmsis_nn: options.CmsisNn = None,
    calibration: options.Calibration = None,
    search_data: options.SearchData = None,
    evaluation: options.Evaluation = None,
    metric: options.Metric = None,
    metric_output: options.MetricOutput = None,
    keep_outliers: options.KeepOutliers = None,
    flash: options.Flash = None,
    ram: options.Ram = None,
    weight_bytes: options.WeightBytes = None,
    seed: options.Seed = None,
    evaluations: options.Evaluations = None,
    seconds: options.Seconds = None,
    patience: options.Patience = None,
    method: options.Method = None,
    workers: options.Workers = None,
    ranges: options.Ranges = None,
    activations: options.Activations = None,
    observer: options.Observer = None,
    weights_per: options.WeightsPer = None,
    io: options.Io = None,
    strict: options.Strict = None,
    bits: options.Bits = None,
    activation_bits: options.ActivationBits = None,
    wide: options.Wide = None,
    max_flash: options.MaxFlash = None,
    max_ram: options.MaxRam = None,
    min_accuracy: options.MinAccuracy = None,
    max_instructions: options.MaxInstructions = None,
    json: JsonFlag = False,
) -> None:
    """Search the best int8/int4 mix for a budget, build it, run it, prove it."""
    given = dict(locals())
    from mcuq.cli.request import command_job

    run_job(command_job(given), json=json)


def run_job(job: Job, *, json: bool) -> None:
    """Build, show the result, then judge it by the gates."""
    from mcuq.report.gates import broken_gates
    from mcuq.report.publish import publish
    from mcuq.report.reachable import check_reachable
    from mcuq.report.reasons import reasons
    from mcuq.report.store import PAGE
    from mcuq.report.summary import summary
    from mcuq.result.manifest import MANIFEST

    check_reachable(job.gates, job.request)
    with shown_progress() as progress:
        report = publish(job.request, progress)
    for reason in reasons(report.manifest):
        explain(reason)
    broken = broken_gates(report.manifest, job.gates)
    if json and not broken:
        write_json(MANIFEST, report.manifest)
    elif not json:
        console = stdout()
        console.print(summary(report.manifest))
        console.print(f"report: {job.request.output / PAGE}")
    raise_broken(broken)
