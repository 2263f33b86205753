// What scripts of a hostile page can try, each attempt by itself. The bytes that must not be kept are
// in `state`, which the page has in its own text, and in answers of the server.
const done = [];
const steps = document.body.appendChild(document.createElement("p"));
steps.id = "steps";

const attempt = (name, act) => {
  const log = (end) => { done.push(name + end); steps.textContent = done.join(", "); };
  return Promise.resolve().then(act).then(() => log(""), () => log("-refused"));
};
const fetched = async (url, more) => new Uint8Array(await (await fetch(url, more)).arrayBuffer());
const encoded = (bytes) => btoa([...bytes].map((one) => String.fromCharCode(one)).join(""));

const put = (text) => {
  document.body.appendChild(document.createElement("p")).textContent = text;
};
const show = (bytes) => {
  const text = String.fromCharCode(...bytes);
  put(encoded(bytes));
  put([...bytes].join());
  put([...bytes].map((one) => one.toString(16)).join(" "));
  put([...bytes].map((one) => one.toString(2)).join(" "));
  put(text);
  put(escape(text));
  put(JSON.stringify(bytes));
  for (const label of ["utf-8", "utf-16le", "euc-kr", "windows-1252"]) {
    put(new TextDecoder(label).decode(bytes));
  }
  put(encoded(bytes).match(/.{1,4}/g).join(" "));
  put(encoded(bytes).match(/.{1,76}/g).join('" +\n"'));
  const picture = new Blob([bytes], { type: "image/png" });
  document.body.appendChild(new Image()).src = URL.createObjectURL(picture);
  document.body.appendChild(new Image()).src = "data:image/png;base64," + encoded(bytes);
};

const inDatabase = async (name, bytes) => {
  const base = await new Promise((yes, no) => {
    const open = indexedDB.open("base-" + name);
    open.onupgradeneeded = () => open.result.createObjectStore("all");
    open.onsuccess = () => yes(open.result);
    open.onerror = no;
  });
  await new Promise((yes, no) => {
    const act = base.transaction("all", "readwrite");
    act.objectStore("all").put(bytes, "raw");
    act.objectStore("all").put(new Blob([bytes], { type: "image/png" }), "blob");
    act.oncomplete = yes;
    act.onabort = act.onerror = no;
  });
};
const inFile = async (name, bytes) => {
  const root = await navigator.storage.getDirectory();
  const file = await (await root.getFileHandle(name, { create: true })).createWritable();
  await file.write(bytes);
  await file.close();
};
const store = (name, bytes) => Promise.all([
  attempt(name + "-local", () => localStorage.setItem(name, encoded(bytes))),
  attempt(name + "-session", () => sessionStorage.setItem(name, encoded(bytes))),
  attempt(name + "-cookie", () => { document.cookie = "p=" + encoded(bytes).slice(0, 3000); }),
  attempt(name + "-caches", async () =>
    (await caches.open("c")).put("/stored-" + name, new Response(new Blob([bytes])))),
  attempt(name + "-database", () => inDatabase(name, bytes)),
  attempt(name + "-file", () => inFile(name, bytes)),
  attempt(name + "-large-blob", async () => {
    const large = new Uint8Array(bytes.length * 3000);
    for (let at = 0; at < 3000; at++) large.set(bytes, at * bytes.length);
    window.large = URL.createObjectURL(new Blob([large]));
    await fetched(window.large);
  }),
]);

console.log("%s", state.photo);
console.error(state.photo);
console.warn([state.list]);

for (const name of [
  "fetch.png", "octets", "no-type", "two-types", "attachment", "mjpeg", "drawing.svg", "code.wasm",
]) {
  attempt(name, () => fetched("/headed/" + name).then(show));
}
attempt("no-cors", () => fetch("/headed/no-cors.png", { mode: "no-cors" }));
attempt("range", () => fetched("/headed/range", { headers: { Range: "bytes=0-99" } }).then(show));
attempt("moved", () => fetched("/moved-to-png").then(show));
attempt("add-to-cache", () => caches.open("x").then((one) => one.add("/headed/cached.png")));
attempt("xhr", () => new Promise((yes, no) => {
  const asked = new XMLHttpRequest();
  asked.responseType = "blob";
  asked.open("GET", "/headed/xhr.png");
  asked.onload = yes;
  asked.onerror = no;
  asked.send();
}));

attempt("lie-text", () => fetched("/lies/text").then(show));
attempt("lie-gzip", () => fetched("/lies/gzip").then(show));
attempt("lie-json", () => fetched("/lies/json").then(async (bytes) => {
  show(bytes);
  await store("lie", bytes);
}));

const talk = (bytes, text) => new Promise((yes) => {
  const socket = new WebSocket(`ws${location.origin.slice(4)}/ws?${text.slice(0, 600)}`);
  socket.binaryType = "arraybuffer";
  socket.onmessage = (message) => {
    show(new Uint8Array(message.data));
    socket.send(bytes);
    socket.send(text);
    setTimeout(yes, 200);
  };
  socket.onerror = socket.onclose = yes;
});
const inFrames = (text) => {
  const markup = `<img src='data:image/png;base64,${text}'><img src='/never/shadow.png'>`;
  const frame = document.body.appendChild(document.createElement("iframe"));
  frame.src = URL.createObjectURL(new Blob([markup], { type: "text/html" }));
  const host = document.body.appendChild(document.createElement("div"));
  host.attachShadow({ mode: "open" }).innerHTML = markup;
};
const save = (bytes) => {
  const link = document.body.appendChild(document.createElement("a"));
  link.download = "x.png";
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.click();
};
attempt("json", async () => {
  const { photo } = await (await fetch("/json-base64")).json();
  const bytes = Uint8Array.from(atob(photo), (one) => one.charCodeAt(0));
  put(photo);
  show(bytes);
  await store("json", bytes);
  await fetch("/echo?picture=" + encodeURIComponent(photo.slice(0, 6000)));
  await fetch("/upload", { method: "POST", body: bytes });
  await fetch("/echo", { headers: { "X-Picture": photo.slice(0, 6000) } });
  navigator.sendBeacon("/beacon", bytes);
  await talk(bytes, photo);
  inFrames(photo);
  save(bytes);
  document.title = "제목 " + photo;
  history.replaceState(0, "", "#" + photo);
});

const elsewhere = location.origin.replace("127.0.0.1", "localhost");
document.body.appendChild(document.createElement("iframe")).src = elsewhere + "/inner";
for (const path of ["/cross", "/cross.png"]) {
  attempt(path, () => fetched(elsewhere + path, { headers: { "X-Own": "1" } }).then(show));
}

attempt("canvas", () => {
  const canvas = document.getElementById("canvas");
  const context = canvas.getContext("2d");
  const data = context.createImageData(60, 12);
  data.data.set(state.list.slice(0, 60 * 12 * 4));
  context.putImageData(data, 0, 0);
  put(canvas.toDataURL());
});
attempt("events", () => new Promise((yes) => {
  new EventSource("/events").onmessage = (message) => yes(put(message.data));
}));
attempt("worker", () => new Promise((yes, no) => {
  const worker = new Worker("/worker.js");
  worker.onmessage = (message) => yes(put(message.data));
  worker.onerror = no;
}));
attempt("shared-worker", () => new Promise((yes, no) => {
  const worker = new SharedWorker("/shared.js");
  worker.port.onmessage = (message) => yes(put(message.data));
  worker.onerror = no;
}));
attempt("blob-worker", () => new Promise((yes, no) => {
  const script = `importScripts("${location.origin}/headed/import.png"); postMessage(1)`;
  const worker = new Worker(URL.createObjectURL(new Blob([script])));
  worker.onmessage = yes;
  worker.onerror = no;
}));
attempt("service-worker", () => navigator.serviceWorker.register("/sw.js"));

attempt("popup", () => window.open("/never/popup.png"));
attempt("popup-page", () => window.open("/popped"));
document.getElementById("opens").onclick = () => attempt("popup-by-a-click", () => {
  window.open("/never/popped.png");
  window.open("/never/popped-page");
});
attempt("image-object", () => {
  new Image().src = "/never/new-image.png";
  new Audio("/never/new-audio.ogg").load();
});
attempt("font-face", () => new FontFace("f", "url(/never/font-face.woff2)").load());
attempt("media-session", () => {
  const artwork = [{ src: "/never/artwork.png" }];
  navigator.mediaSession.metadata = new MediaMetadata({ artwork });
});
attempt("notification", () => new Notification("n", { icon: "/never/notification.png" }));
attempt("fedcm", () => navigator.credentials.get({
  identity: { providers: [{ configURL: location.origin + "/never/fedcm.json", clientId: "1" }] },
}));
attempt("parsed", () => {
  const parsed = new DOMParser().parseFromString("<img src=/never/parsed.png>", "text/html");
  document.body.append(parsed.body.firstChild);
});
document.getElementById("download").submit();
document.getElementById("save").click();
