// Go down by most of a screen; done when that changes nothing.
async (look) => {
  const box = look.scroller();
  const before = box.scrollTop;
  box.scrollBy({ top: box.clientHeight * 0.8, behavior: "instant" });
  await look.wait(80);
  return box.scrollTop === before ? null : true;
}
