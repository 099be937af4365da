// Every page: tells the style sheet that scripts run, and opens what an address inside a page leads to.
"use strict";
document.documentElement.classList.add("scripted");

function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  for (let place = target; place; place = place.parentElement) if (place.tagName === "DETAILS") place.open = true;
  target.scrollIntoView({ block: "nearest" });
}
addEventListener("hashchange", openTarget);
openTarget();
