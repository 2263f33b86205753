// Bring each image that is not there yet into view once, since it may wait for that: in galleries
// that scroll sideways no scrolling down ever shows it.
async (look, state) => {
  state.shown ??= new WeakSet();
  const waits = (image) => {
    const later = image.getAttribute("data-src");
    const isThere = image.complete && !(later && image.getAttribute("src") !== later);
    return !isThere && !state.shown.has(image) && look.isSeen(image);
  };
  const next = look.all("img[loading=lazy], img[data-src]").find(waits);
  if (!next) return null;
  state.shown.add(next);
  next.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  await look.wait(40);
  return true;
}
