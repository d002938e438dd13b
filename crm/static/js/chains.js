/* The map: arrows walk from node to node, the chosen node shows below, lines of the node in hand light up; the picture as PNG. */
"use strict";

(function () {
  const map = () => document.getElementById("chain-map");
  const node = (event) => (event.target.closest ? event.target.closest("a.cm-node") : null);

  function light(code) {
    const svg = map();
    if (!svg) return;
    for (const line of svg.querySelectorAll(".cm-line")) line.classList.toggle("lit", line.dataset.from === code || line.dataset.to === code);
  }
  function choose(link) {
    for (const other of map().querySelectorAll(".cm-node.here")) other.classList.remove("here");
    link.classList.add("here");
    light(link.dataset.code);
    window.htmx.ajax("GET", link.dataset.panel, { target: "#picked", swap: "innerHTML" });
  }
  function chosen() {
    const svg = map();
    const here = svg && svg.querySelector(".cm-node.here");
    return here ? here.dataset.code : "";
  }

  document.addEventListener("click", (event) => {
    const link = node(event);
    // A click of the mouse shows the node here; Enter (no pointer, detail 0) opens its page, as any link.
    if (!link || event.detail === 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(link);
  });
  document.addEventListener("mouseover", (event) => { const link = node(event); if (link) light(link.dataset.code); });
  document.addEventListener("mouseout", (event) => { if (node(event)) light(chosen()); });
  document.addEventListener("focusin", (event) => { const link = node(event); if (link) light(link.dataset.code); });

  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  document.addEventListener("keydown", (event) => {
    const link = node(event);
    if (!link || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === " ") {
      event.preventDefault();
      return choose(link);
    }
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    const next = nearest(link, way);
    if (next) next.focus();
  });
  function nearest(link, way) {
    const at = middle(link);
    let best = null, least = Infinity;
    for (const other of map().querySelectorAll("a.cm-node:not(.off)")) {
      if (other === link) continue;
      const to = middle(other), dx = to.x - at.x, dy = to.y - at.y;
      const ahead = dx * way[0] + dy * way[1], aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
      if (ahead < 8) continue;
      const far = ahead + 3 * aside;
      if (far < least) { least = far; best = other; }
    }
    return best;
  }
  function middle(link) {
    const box = link.querySelector(".cm-box").getBBox();
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest ? event.target.closest("[data-png]") : null;
    if (!button) return;
    const answer = await fetch(button.dataset.png, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) return;
    const source = URL.createObjectURL(new Blob([await answer.text()], { type: "image/svg+xml" }));
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = image.width * 2;
      canvas.height = image.height * 2;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(source);
      canvas.toBlob((blob) => {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(blob);
        link.download = button.dataset.name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 10000);
      });
    };
    image.src = source;
  });
})();
