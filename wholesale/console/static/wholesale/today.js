// The map of Canada: the arrow keys go to the nearest tile in their direction.
"use strict";

(() => {
  const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  document.addEventListener("keydown", (event) => {
    const direction = DIRECTIONS[event.key];
    const from = event.target.closest?.(".today-map .tile");
    if (!direction || !from) return;
    event.preventDefault();
    const [dx, dy] = direction;
    const ranked = [...from.parentNode.querySelectorAll(".tile")]
      .map((tile) => {
        const x = tile.dataset.column - from.dataset.column;
        const y = tile.dataset.row - from.dataset.row;
        return { tile, along: x * dx + y * dy, across: Math.abs(x * dy) + Math.abs(y * dx) };
      })
      .filter(({ along }) => along > 0)
      .sort((one, other) => one.along + 2 * one.across - other.along - 2 * other.across);
    ranked[0]?.tile.focus();
  });
})();
