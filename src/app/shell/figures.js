// Pages with figures: tells the server the viewer's zone, and looks again every few seconds, also at how many incidents are
// open. What somebody reads is left alone: an open table, a focused link. The header says that nobody clicked, so that an
// open page does not keep its session alive.
(() => {
  const zone = encodeURIComponent(Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC");
  const told = document.cookie.split("; ").includes(`tz=${zone}`);
  document.cookie = `tz=${zone}; path=/; max-age=31536000; samesite=lax`;
  const figures = () => document.querySelector("[data-refresh]");
  const read = (node) => node.matches(":focus-within, :has(details[open])") || String(getSelection()) !== "";
  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { "hookpost-refresh": "1" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-refresh]");
    if (fresh && !read(figures())) figures().replaceWith(document.adoptNode(fresh));
    const alerts = (from) => from.querySelector('.nav a[href="/alerts"]');
    if (alerts(page)) alerts(document)?.replaceChildren(...alerts(page).childNodes);
  };
  if (!figures()) return;
  const again = () => document.hidden || read(figures()) || refresh().catch(() => {});
  if (!told) again();
  setInterval(again, Number(figures().dataset.refresh) * 1000);
})();
