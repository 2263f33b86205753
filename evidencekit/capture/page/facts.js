// What the page says of itself when we are done with it. Runs in an isolated world.
// The page can hide a method of `document` behind an element of that name, so methods are taken
// from the prototype.
(() => {
  const get = (name) => Object.getOwnPropertyDescriptor(Document.prototype, name).get.call(document);
  const all = (selector) => [...Document.prototype.querySelectorAll.call(document, selector)];
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const text = get("body")?.innerText ?? "";
  const middle = Document.prototype.elementsFromPoint.call(document, innerWidth / 2, innerHeight / 2);
  const covers = (element) => {
    const box = element.getBoundingClientRect();
    const isFixed = getComputedStyle(element).position === "fixed" || element.matches("dialog[open]");
    return isFixed && box.width * box.height > (innerWidth * innerHeight) / 4;
  };
  const ancestors = (element) => element ? [element, ...ancestors(element.parentElement)] : [];
  const cover = ancestors(middle[0]).find(covers);
  return {
    url: location.href,
    title: get("title").slice(0, 2000),
    text: text.slice(0, 4000),
    text_chars: text.length,
    cover: cover ? cover.innerText.slice(0, 4000) : "",
    passwords: all("input[type=password]").filter(seen).length,
  };
})()
