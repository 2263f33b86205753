// Draws the notices; without scripts the page says that they are missing.
const list = document.getElementById("notices");
fetch("notices.json")
  .then((answer) => answer.json())
  .then((notices) => {
    list.replaceChildren(...notices.map(({ date, ko, en }) => {
      const item = document.createElement("li");
      const time = document.createElement("time");
      time.textContent = date;
      item.append(time, `${ko} / ${en}`);
      return item;
    }));
    document.body.dataset.ready = "yes";
  });
