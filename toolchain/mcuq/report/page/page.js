"use strict";
(() => {
  const panels = JSON.parse(document.getElementById("figures").textContent);
  const color = (name) =>
    getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // Plotly draws with fixed colours: give it the page's own, and again when they change.
  function themed(layout, width) {
    const ink = color("--ink"), line = color("--line");
    const themedLayout = { ...layout, width, font: { ...layout.font, color: ink },
      hoverlabel: { bgcolor: color("--raised"), font: { color: ink }, align: "left" } };
    for (const key of Object.keys(layout)) {
      if (/^[xy]axis\d*$/.test(key)) {
        themedLayout[key] = { ...layout[key], gridcolor: line, zerolinecolor: line,
          linecolor: line };
      }
    }
    return themedLayout;
  }

  function draw() {
    for (const [name, figures] of Object.entries(panels)) {
      figures.forEach((figure, index) => {
        const element = document.getElementById(`${name}-${index}`);
        Plotly.react(element, figure.data, themed(figure.layout, element.clientWidth),
          { displaylogo: false, displayModeBar: false });
      });
    }
  }

  // Paper is lit, and narrower than a screen: the style sheet says how wide.
  function onPaper(printing) {
    document.documentElement.classList.toggle("printing", printing);
    draw();
  }

  draw();
  window.addEventListener("resize", draw);
  window.addEventListener("beforeprint", () => onPaper(true));
  window.addEventListener("afterprint", () => onPaper(false));
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
