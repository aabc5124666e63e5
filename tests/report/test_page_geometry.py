"""Where a browser draws the report: nothing lies over other text, nothing leaves the page."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from browser import Frame, ask, needs_browser

from mcuq.report.store import Report, write_report
from mcuq.result.accuracy import AccuracyFile, FlippedSample, Flips, LayerErrorFigures, Preview
from mcuq.result.configuration import ConfigFile
from mcuq.result.front import Front, Improvement
from mcuq.result.manifest import Layer, Manifest, MemoryBlock

FAULTS = """(w) => {
  const d = w.document, faults = [];
  const cut = (a, b) => {
    const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    return x > 1 && y > 1;
  };
  const all = (root, what) => [...root.querySelectorAll(what)]
    .map(e => ({ text: e.textContent, box: e.getBoundingClientRect() }))
    .filter(e => e.text && e.box.width > 1 && e.box.height > 1);
  const apart = (where, items) => items.forEach((one, i) => items.slice(i + 1).forEach(other => {
    if (cut(one.box, other.box)) faults.push(`${where}: ${one.text} | ${other.text}`);
  }));
  d.querySelectorAll(".plot").forEach(p => {
    apart(p.id, all(p, "text"));
    const frame = p.getBoundingClientRect();
    all(p, "text").filter(e => e.box.left < frame.left - 1 || e.box.right > frame.right + 1)
      .forEach(e => faults.push(`${p.id}: ${e.text} leaves the plot`));
  });
  d.querySelectorAll("#network svg").forEach(s => apart("network", all(s, ".node")));
  d.querySelectorAll("#network .node").forEach(n => {
    const box = n.querySelector("rect").getBoundingClientRect();
    all(n, "text").filter(e => e.box.left < box.left || e.box.right > box.right)
      .forEach(e => faults.push(`network: ${e.text} leaves its box`));
  });
  const page = d.querySelector("main").getBoundingClientRect();
  d.querySelectorAll(".layers tr").forEach(r => {
    const cells = all(r, "td, th");
    apart("layers", cells);
    cells.filter(e => e.box.right > page.right + 1)
      .forEach(e => faults.push(`layers: ${e.text} leaves the page`));
  });
  d.querySelectorAll(".card").forEach(c => {
    const box = c.getBoundingClientRect();
    all(c, "div, li").filter(e => e.box.right > box.right + 1)
      .forEach(e => faults.push(`card: ${e.text}`));
  });
  if (d.documentElement.scrollWidth > w.innerWidth) faults.push("the page scrolls sideways");
  return { faults, nodes: d.querySelectorAll("#network a").length,
    hatched: d.querySelectorAll("#memory-0 pattern").length };
}"""
FRAMES = (
    Frame(1280),
    Frame(820),
    Frame(390),
    Frame(1280, "w.dispatchEvent(new w.Event('beforeprint'));"),
    # One label set over another has to be found.
    Frame(
        1280,
        "const t = w.document.querySelectorAll('#curve-0 .ytick text');"
        "t[1].setAttribute('y', t[0].getAttribute('y'));"
        "t[1].setAttribute('transform', t[0].getAttribute('transform'));",
    ),
)
LAYERS = 26


def layer(index: int) -> Layer:
    """Residual blocks of three, with names as exporters write them."""
    kinds = (("CONV_2D", 8), ("DEPTHWISE_CONV_2D", 4), ("ADD", None))
    kind, bits = kinds[index % 3]
    sources = [index - 1] if index % 3 < 2 else [index - 1, index - 3]
    return Layer(
        name=f"resnet/block_{index // 3}/a_rather_long_name_of_a_layer_{index}",
        kind=kind,
        function=f"mcuq_{kind.lower()}_with_a_long_name_s8",
        shape=(1, 96, 96, 128),
        macs=123_456_789 if bits else 0,
        filter=f"w{index}" if bits else None,
        bits=bits,
        method="refined" if bits else "",
        weight_bytes=1,
        constant_bytes=1_234_567 if bits else 0,
        scratch_bytes=123_456,
        counts=987_654_321,
        cycles_estimated=876_543_210,
        reads=tuple("image" if one < 0 else f"t{one}" for one in sources),
        writes=(f"t{index}",),
    )


def deep(report: Report) -> Report:
    """A deep network with large figures, buffers in place and losses over many decades."""
    memory = tuple(
        MemoryBlock(name=f"t{i}", offset=1000 * (i % 2), size=1500, first=i, last=i + 1)
        for i in range(LAYERS)
    )
    manifest = report.manifest.model_copy(
        update={"layers": tuple(map(layer, range(LAYERS))), "memory": memory}
    )
    curve = tuple(Improvement(evaluations=1 + 9 * i, loss=0.9 / 4**i) for i in range(12))
    tensor = report.config.tensors[0]
    tensors = (tensor.model_copy(update={"name": f"t{i}"}) for i in range(LAYERS))
    config = ConfigFile(tensors=tuple(tensors))
    alone = {
        one.filter: {"int4:gptq": 0.25, "int2:mse": 2.0} for one in manifest.layers if one.filter
    }
    front = Front(points=report.front.points, curve=curve, singles=alone)
    return Report(manifest, front, config, lost_accuracy(manifest))


def lost_accuracy(manifest: Manifest) -> AccuracyFile:
    """Of every layer, a dozen classes and as many samples as are drawn."""
    classes = tuple(tuple(1_000 if i == j else 7 for j in range(12)) for i in range(12))
    values = base64.b64encode(bytes(range(256)) * 16).decode()
    image = Preview(kind="image", shape=(64, 64, 1), low=0.0, high=1.0, data=values)
    flipped = FlippedSample(
        sample=123_456, label=11, float_=11, quantized=10, float_sure=0.51, quantized_sure=0.5
    )
    drawn = (flipped.model_copy(update={"sample": i, "preview": image}) for i in range(12))
    return AccuracyFile(
        samples=256,
        layers=tuple(
            LayerErrorFigures(
                name=one.name,
                operator=one.kind,
                snr_db=-123.45,
                own_snr_db=-123.45,
                cosine=0.123456,
                worst_channel=1023,
                worst_channel_snr_db=-123.45,
                clipped=0.123456,
            )
            for one in manifest.layers
        ),
        float_confusion=classes,
        confusion=classes,
        flips=Flips(total=13, lost=13, gained=0, samples=(*drawn, flipped)),
    )


@pytest.mark.slow
@needs_browser
def test_nothing_overlaps_or_leaves_the_page_at_any_width_or_on_paper(
    report: Report, tmp_path: Path
) -> None:
    write_report(deep(report), tmp_path)
    *real, spoiled = ask(tmp_path / "report.html", FRAMES, FAULTS)
    for facts in real:
        assert facts["faults"] == []
        assert facts["nodes"] > LAYERS  # one link a layer, and those from band to band
        assert facts["hatched"] > 0
    assert any(fault.startswith("curve-0: ") for fault in spoiled["faults"])


def test_the_page_stays_small(report: Report, manifest: Manifest, tmp_path: Path) -> None:
    write_report(deep(report), tmp_path)
    assert (tmp_path / "report.html").stat().st_size < 1_500_000
