// Draws what stands in the attributes of figures. The same numbers stand in tables, so nothing is lost without this.
"use strict";
(() => {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  Chart.defaults.font.family = colour("sans");
  Chart.defaults.color = colour("muted");
  Chart.defaults.borderColor = colour("line");
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;

  const whole = { beginAtZero: true, ticks: { precision: 0 } };

  function days(values) {
    return {
      type: "bar",
      data: {
        labels: values.days,
        datasets: values.series.map((each) => ({
          label: each.name, data: each.values, backgroundColor: colour(each.role), maxBarThickness: 48,
        })),
      },
      options: { scales: { x: { stacked: true, grid: { display: false } }, y: { ...whole, stacked: true } } },
    };
  }

  function stories(values) {
    const day = (seconds) => { const date = new Date(seconds * 1000); return `${date.getDate()} ${values.months[date.getMonth()]}`; };
    const points = values.points.map((each) => ({ x: each.at, y: each.articles, r: 4 + 1.5 * Math.sqrt(each.sites), of: each }));
    const open = (_event, hits, chart) => { if (hits.length) location.href = chart.data.datasets[0].data[hits[0].index].of.page; };
    return {
      type: "bubble",
      data: { datasets: [{ data: points, backgroundColor: colour("accent") + "99", borderColor: colour("accent") }] },
      options: {
        onClick: open,
        onHover: (event, hits) => { event.native.target.style.cursor = hits.length ? "pointer" : "default"; },
        scales: {
          x: { type: "linear", grid: { display: false }, ticks: { maxTicksLimit: 8, callback: day } },
          y: { ...whole, title: { display: true, text: values.articles } },
        },
        plugins: {
          legend: { display: false },
          tooltip: { callbacks: { label: (item) => [item.raw.of.label, `${item.raw.of.when} · ${item.raw.of.articles}`] } },
        },
      },
    };
  }

  function cuts(values) {
    const chosen = (at) => at === values.chosen;
    return {
      type: "line",
      data: {
        labels: values.cuts.map(([at]) => `${Math.round(at * 100)}%`),
        datasets: [{
          label: values.name, data: values.cuts.map(([, families]) => families),
          borderColor: colour("accent"), backgroundColor: values.cuts.map(([at]) => colour(chosen(at) ? "copy" : "accent")),
          pointRadius: values.cuts.map(([at]) => (chosen(at) ? 8 : 4)), tension: 0.2,
        }],
      },
      options: {
        scales: { y: whole, x: { grid: { display: false } } },
        plugins: {
          legend: { display: false },
          tooltip: { callbacks: { afterLabel: (item) => (chosen(values.cuts[item.dataIndex][0]) ? values.here : "") } },
        },
      },
    };
  }

  const kinds = { days, stories, cuts };
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    new Chart(figure.querySelector("canvas"), kinds[figure.dataset.chart](JSON.parse(figure.dataset.values)));
  }
})();
