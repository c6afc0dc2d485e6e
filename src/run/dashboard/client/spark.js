/** Draws a line of the last values, from zero; gaps where a value is not known. */
export function drawSpark(canvas, values, most) {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (width === 0) return;
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const known = values.filter(value => value !== null && Number.isFinite(value));
  const top = Math.max(most, ...known) || 1;
  const step = width / Math.max(values.length - 1, 1);
  const style = getComputedStyle(canvas);
  context.strokeStyle = style.color;
  context.fillStyle = style.color;
  context.lineWidth = 1.5;
  context.lineJoin = 'round';
  for (const [from, to] of runsOf(values)) {
    const y = index => height - 1 - (values[index] / top) * (height - 3);
    context.beginPath();
    for (let i = from; i < to; i++) context.lineTo(i * step, y(i));
    if (to - from === 1) context.lineTo(from * step + 1.5, y(from));
    context.stroke();
    context.lineTo((to - 1) * step, height);
    context.lineTo(from * step, height);
    context.globalAlpha = 0.14;
    context.fill();
    context.globalAlpha = 1;
  }
}

function runsOf(values) {
  const runs = [];
  let from = -1;
  for (let i = 0; i <= values.length; i++) {
    const isKnown = i < values.length && values[i] !== null && Number.isFinite(values[i]);
    if (isKnown && from < 0) from = i;
    if (!isKnown && from >= 0) {
      runs.push([from, i]);
      from = -1;
    }
  }
  return runs;
}
