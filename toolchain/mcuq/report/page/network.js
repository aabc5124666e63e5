"use strict";
(() => {
  const bands = JSON.parse(document.getElementById("bands").textContent);
  const SVG = "http://www.w3.org/2000/svg";
  const LINE = 16, PAD = 8, FONT = 12;
  const ruler = document.createElement("canvas").getContext("2d");

  function element(name, attributes, parent) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (parent) parent.append(made);
    return made;
  }

  function width(node, family) {
    ruler.font = `600 ${FONT}px ${family}`;
    return Math.max(...node.lines.map((line) => ruler.measureText(line).width)) + 3 * PAD;
  }

  // Where boxes and lines lie is dagre's to say.
  function placed(band, family) {
    const graph = new dagre.graphlib.Graph();
    graph.setGraph({ nodesep: 16, ranksep: 22, marginx: 4, marginy: 4 });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const node of band.nodes) {
      const height = node.lines.length * LINE + PAD;
      graph.setNode(node.id, { width: width(node, family), height, node });
    }
    for (const [from, to] of band.edges) graph.setEdge(from, to);
    dagre.layout(graph);
    return graph;
  }

  function drawEdge(svg, points, arrow) {
    const path = points.map((p, i) => `${i ? "L" : "M"}${p.x},${p.y}`).join("");
    element("path", { d: path, class: "edge", "marker-end": `url(#${arrow})` }, svg);
  }

  function drawNode(svg, { x, y, width, height, node }) {
    const link = node.link ? element("a", { href: `#${node.link}` }, svg) : svg;
    const group = element("g", { class: `node ${node.kind}`,
      transform: `translate(${x - width / 2},${y - height / 2})` }, link);
    element("title", {}, group).textContent = node.lines.join(", ");
    element("rect", { width, height, rx: 4 }, group);
    if (node.color) element("rect", { width: 6, height, rx: 2, style: `fill:${node.color}` }, group);
    node.lines.forEach((line, at) => {
      element("text", { x: width / 2 + (node.color ? 3 : 0), y: PAD / 2 + (at + 0.75) * LINE },
        group).textContent = line;
    });
  }

  function draw(band, index) {
    const host = document.getElementById("network");
    const graph = placed(band, getComputedStyle(host).fontFamily);
    const { width, height } = graph.graph();
    const svg = element("svg", { width, height, viewBox: `0 0 ${width} ${height}`,
      role: "group", "aria-label": band.title }, host);
    const marker = element("marker", { id: `arrow-${index}`, viewBox: "0 0 8 8", refX: 7, refY: 4,
      markerWidth: 8, markerHeight: 8, orient: "auto" }, element("defs", {}, svg));
    element("path", { d: "M0,0L8,4L0,8z", class: "arrow" }, marker);
    for (const edge of graph.edges()) drawEdge(svg, graph.edge(edge).points, `arrow-${index}`);
    for (const id of graph.nodes()) drawNode(svg, graph.node(id));
  }

  bands.forEach(draw);
})();
