(() => {
  // What the elements of a page say of the size of what they show, by its address. The page can have
  // said anything; nothing here is measured.
  const sources = "img,video,audio,source,embed,object,iframe,input[type=image],link[rel~=icon]";
  const names = ["width", "height", "sizes", "type", "duration", "data-size", "data-width",
    "data-height", "data-duration", "data-filesize"];
  const told = {};
  let left = 2000;
  for (const element of document.querySelectorAll(sources)) {
    if (left-- === 0) break;
    const declared = {};
    for (const name of names) {
      const value = element.getAttribute(name);
      if (value) declared[name] = value.slice(0, 60);
    }
    for (const name of ["src", "data", "poster", "href"]) {
      const reference = element.getAttribute(name);
      if (!reference || Object.keys(declared).length === 0) continue;
      try {
        const url = new URL(reference, document.baseURI);
        url.hash = "";
        if (/^https?:$/.test(url.protocol) && url.href.length < 8192) told[url.href] ??= declared;
      } catch {}
    }
  }
  return told;
})()
