"use strict";
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const color = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Plotly draws with fixed colours: give it the page's own, and again when they change.
  function themed(layout) {
    const ink = color("--ink"), line = color("--line");
    const themedLayout = { ...layout, font: { ...layout.font, color: ink },
      hoverlabel: { bgcolor: color("--raised"), font: { color: ink }, align: "left" } };
    for (const key of Object.keys(layout)) {
      if (/^[xy]axis\d*$/.test(key)) {
        themedLayout[key] = { ...layout[key], gridcolor: line, zerolinecolor: line,
          linecolor: line };
      }
    }
    return themedLayout;
  }

  // Side by side on a desk, one below the other on a phone.
  function stacked(layout, element) {
    const columns = Object.keys(layout).filter((key) => /^xaxis\d*$/.test(key));
    if (columns.length < 2 || element.clientWidth >= 640) return layout;
    const height = layout.height * columns.length * 0.8;
    // Room for an axis title between one plot and the next.
    const gap = 72 / height, share = (1 - gap * (columns.length - 1)) / columns.length;
    const result = { ...layout, height };
    columns.forEach((key, index) => {
      const suffix = key.slice(5), top = 1 - index * (share + gap);
      const y = "yaxis" + suffix;
      result[key] = { ...layout[key], domain: [0, 1], anchor: "y" + suffix };
      result[y] = { ...layout[y], domain: [Math.max(0, top - share), top], anchor: "x" + suffix,
        showticklabels: true };
    });
    return result;
  }

  function draw() {
    for (const [id, figure] of Object.entries(figures)) {
      const element = document.getElementById(id);
      Plotly.react(element, figure.data, stacked(themed(figure.layout), element),
        { responsive: true, displaylogo: false, displayModeBar: false });
    }
  }

  draw();
  for (const query of ["(prefers-color-scheme: dark)", "print", "(max-width: 672px)"]) {
    window.matchMedia(query).addEventListener("change", draw);
  }
})();
