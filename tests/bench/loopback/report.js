// Figures and bars.
'use strict';

let missed = 0;

const median = list => [...list].sort((a, b) => a - b)[list.length >> 1];

function number(value) {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;

  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

const title = text => console.log(`\n${text}`);
const line = (name, text) => console.log(`  ${name.padEnd(44)} ${text}`);

// A figure with its bar: 'least' or 'most'.
function bar(name, value, unit, {least, most}) {
  const good = least === undefined ? value <= most : value >= least;
  const limit = least === undefined ? `≤ ${most}` : `≥ ${least}`;

  missed += !good;
  line(name, `${number(value)} ${unit}  (bar: ${limit})` +
      (good ? '' : '  MISSED'));
}

module.exports = {median, number, title, line, bar, missed: () => missed};
