/* The worker of the booth app: keeps the shell, and nothing that anybody noted. VERSION and SHELL stand above this line. */
"use strict";

const CACHE = "floor-" + VERSION;

self.addEventListener("install", (event) => {
  const fetchAll = async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(SHELL.map((address) => new Request(address, { cache: "reload" })));
    await self.skipWaiting();
  };
  event.waitUntil(fetchAll());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name.startsWith("floor-") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (event.request.mode !== "navigate" && !SHELL.includes(address.pathname + address.search)) return;
  if (event.request.mode === "navigate" && address.pathname !== SHELL[0]) return;
  event.respondWith(answer(event.request));
});

/* The kept copy first: a stand has either no network or one that answers after a minute. */
async function answer(request) {
  const cache = await caches.open(CACHE);
  const known = request.mode === "navigate" ? SHELL[0] : request;
  return (await cache.match(known)) || fetch(request);
}
