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
    const midnights = values.days.map(([at]) => at), names = new Map(values.days);
    const points = values.points.map((each) => ({ x: each.at, y: each.articles, r: 4 + 1.5 * Math.sqrt(each.sites), of: each }));
    const open = (_event, hits, chart) => { if (hits.length) location.href = chart.data.datasets[0].data[hits[0].index].of.page; };
    return {
      type: "bubble",
      data: { datasets: [{ data: points, clip: 20, backgroundColor: colour("accent") + "99", borderColor: colour("accent") }] },
      options: {
        layout: { padding: { top: 14 } },
        onClick: open,
        onHover: (event, hits) => { event.native.target.style.cursor = hits.length ? "pointer" : "default"; },
        scales: {
          x: {
            type: "linear", min: midnights[0], max: midnights.at(-1), grid: { display: false },
            afterBuildTicks: (axis) => { axis.ticks = midnights.map((value) => ({ value })); },
            ticks: { callback: (at) => names.get(at), includeBounds: false },
          },
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
        datasets: values.series.map((name, place) => ({
          label: name, data: values.cuts.map((cut) => ({ x: Math.round(cut[0] * 100), y: cut[place + 1] })),
          borderColor: colour(place ? "copy" : "accent"), backgroundColor: colour(place ? "copy" : "accent"),
          pointStyle: place ? "rect" : "circle", borderDash: place ? [6, 4] : [],
          pointRadius: values.cuts.map(([at]) => (chosen(at) ? 8 : 4)), tension: 0.2,
        })),
      },
      options: {
        scales: { y: whole, x: { type: "linear", grid: { display: false }, ticks: { callback: (at) => `${at}%` } } },
        plugins: {
          legend: { labels: { usePointStyle: true } },
          tooltip: { callbacks: {
            title: ([item]) => `${item.parsed.x}%`,
            afterBody: ([item]) => (chosen(values.cuts[item.dataIndex][0]) ? values.here : ""),
          } },
        },
      },
    };
  }

  const kinds = { days, stories, cuts };
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    new Chart(figure.querySelector("canvas"), kinds[figure.dataset.chart](JSON.parse(figure.dataset.values)));
  }
})();
