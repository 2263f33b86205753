// What behaviours look at a page with. Nothing here changes the page, except that `aim` and `step`
// scroll it.
//
// A page can hide a method of `document` behind an element of that name (HTML: named access on the
// document), also from an isolated world; so methods are taken from the prototype.
(() => {
  const GRID = 8; // points across and down at which covers are looked for
  const MAX_LOOKED_AT = 3000;
  const MAX_WORDS = 4000;
  const on = Document.prototype;
  const root = () => Object.getOwnPropertyDescriptor(on, "documentElement").get.call(document);
  const all = (selector, within = null) =>
    [...(within ? Element.prototype.querySelectorAll.call(within, selector)
                : on.querySelectorAll.call(document, selector))].slice(0, MAX_LOOKED_AT);
  const words = (element) =>
    String(element.innerText || element.value || element.getAttribute("aria-label") || "")
      .slice(0, MAX_WORDS).replace(/\s+/g, " ").trim();
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  const isSeen = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 3 && box.height > 3 &&
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };

  // Whether a click there could lead to another document, a file, or a form that is sent.
  const leads = (element) => {
    const link = element.closest("a[href], area[href]");
    if (link) {
      const isScript = /^\s*javascript:/i.test(link.getAttribute("href"));
      const isHere = link.href.split("#")[0] === location.href.split("#")[0] &&
        link.getAttribute("href").includes("#");
      if (link.hasAttribute("download") || !(isScript || isHere)) return true;
    }
    const control = element.closest("button, input");
    return !!control && control.form !== null && control.type !== "button";
  };

  // Things that look like buttons and whose whole text is one of `phrases`, in that order.
  const buttons = (phrases, within = null) => {
    const found = all("button, [role=button], input[type=button], a, [onclick]", within)
      .filter((element) => isSeen(element) && !element.disabled && !leads(element))
      .map((element) => [words(element).toLowerCase(), element]);
    return phrases.flatMap((phrase) =>
      found.filter(([text]) => text.length < 60 && phrase.test(text)).map(([, element]) => element));
  };

  const selector = (element) => {
    const parts = [];
    for (let at = element; at && at !== root() && parts.length < 5; at = at.parentElement) {
      const id = at.getAttribute("id");
      if (id) { parts.unshift(`#${CSS.escape(id)}`); break; }
      const twins = [...(at.parentElement?.children ?? [])].filter((one) => one.tagName === at.tagName);
      const nth = twins.length > 1 ? `:nth-of-type(${twins.indexOf(at) + 1})` : "";
      parts.unshift(at.tagName.toLowerCase() + nth);
    }
    return parts.join(" > ");
  };

  // Bring an element into view and return where to click it; null where that must not be.
  const aim = (element) => {
    if (!element || leads(element) || !isSeen(element)) return null;
    element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const box = element.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const hit = on.elementFromPoint.call(document, x, y);
    if (!hit || !element.contains(hit) || leads(hit)) return null;
    return { x, y, text: words(element), selector: selector(element) };
  };

  // What lies fixed over the page or calls itself a dialog, as far as it can be seen.
  const covers = () => {
    const found = new Set();
    for (let i = 0; i <= GRID; i++) {
      for (let j = 0; j <= GRID; j++) {
        const [x, y] = [(innerWidth - 8) * i / GRID + 4, (innerHeight - 8) * j / GRID + 4];
        for (let at = on.elementFromPoint.call(document, x, y); at; at = at.parentElement) {
          const isFixed = ["fixed", "sticky"].includes(getComputedStyle(at).position);
          if (isFixed || at.matches("dialog[open], [role=dialog], [aria-modal=true]")) found.add(at);
        }
      }
    }
    return [...found];
  };

  // What scrolls: the document, or where it does not, the largest box that does.
  const scroller = () => {
    const page = Object.getOwnPropertyDescriptor(on, "scrollingElement").get.call(document) ?? root();
    if (page.scrollHeight > innerHeight + 1) return page;
    const area = (one) => one.clientWidth * one.clientHeight;
    const scrolls = (one) => one.scrollHeight > one.clientHeight + 1 &&
      area(one) > innerWidth * innerHeight / 4 &&
      ["auto", "scroll"].includes(getComputedStyle(one).overflowY);
    return all("div, main, section, article, ul").filter(scrolls)
      .sort((a, b) => area(b) - area(a))[0] ?? page;
  };

  return { all, words, wait, isSeen, buttons, aim, covers, scroller, root };
})()
