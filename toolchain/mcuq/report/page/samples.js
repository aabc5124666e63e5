"use strict";
(() => {
  const WIDTH = 220, HEIGHT = 72, LONGEST = 128;

  // Bytes as they are stored, the last axis counting fastest.
  function bytes(canvas) {
    return Uint8Array.from(atob(canvas.dataset.values), (c) => c.charCodeAt(0));
  }

  function image(canvas, [height, width, channels], values) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${width * LONGEST / Math.max(width, height)}px`;
    const drawn = new ImageData(width, height);
    const colors = channels < 3 ? [0, 0, 0] : [0, 1, 2];
    for (let i = 0; i < width * height; i++) {
      colors.forEach((from, to) => { drawn.data[4 * i + to] = values[channels * i + from]; });
      drawn.data[4 * i + 3] = channels === 4 ? values[channels * i + 3] : 255;
    }
    canvas.getContext("2d").putImageData(drawn, 0, 0);
  }

  function wave(canvas, [steps, channels = 1], values) {
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    const pen = canvas.getContext("2d");
    const style = getComputedStyle(document.documentElement);
    for (let channel = 0; channel < channels; channel++) {
      pen.beginPath();
      for (let step = 0; step < steps; step++) {
        const x = (step / Math.max(steps - 1, 1)) * WIDTH;
        pen.lineTo(x, HEIGHT - (values[channels * step + channel] / 255) * HEIGHT);
      }
      pen.strokeStyle = style.getPropertyValue("--bar").trim();
      pen.stroke();
    }
  }

  function draw() {
    for (const canvas of document.querySelectorAll(".samples canvas")) {
      const paint = canvas.dataset.kind === "image" ? image : wave;
      paint(canvas, JSON.parse(canvas.dataset.shape), bytes(canvas));
    }
  }

  draw();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
