// The list on the page: one line for each record, changed in place so that who
// is typing is not disturbed.

const list = document.querySelector('#todos');
const template = document.querySelector('#todo');
const empty = document.querySelector('#empty');

const words = {synced: '', dirty: 'not sent yet', refused: 'refused'};

/**
 * Shows the records of 'todos'; 'decide(id)' is called for one in conflict,
 * 'failed(error)' for an edit that could not be written.
 */
export function showList(todos, decide, failed) {
  const lines = new Map();
  todos.subscribe(entries => {
    const sorted = entries.toSorted((a, b) =>
      (a.data.created || '').localeCompare(b.data.created || '') ||
      a.id.localeCompare(b.id));
    const ids = new Set(entries.map(entry => entry.id));
    for (const [id, line] of lines) {
      if (!ids.has(id)) {
        line.element.remove();
        lines.delete(id);
      }
    }
    sorted.forEach((entry, i) => {
      const line = lines.get(entry.id) ||
          new Line(todos, entry.id, decide, failed);
      lines.set(entry.id, line);
      line.show(entry);
      if (list.children[i] !== line.element) {
        list.insertBefore(line.element, list.children[i] || null);
      }
    });
    empty.hidden = entries.length > 0;
  });
}

class Line {
  constructor(todos, id, decide, failed) {
    this.element = template.content.firstElementChild.cloneNode(true);
    [this.done, this.title] = this.element.querySelectorAll('input');
    this.state = this.element.querySelector('.state');
    this.remove = this.element.querySelector('button');
    this.decide = () => decide(id);

    const write = work => work().catch(failed);
    this.done.addEventListener('change', () =>
      write(() => todos.patch(id, {done: this.done.checked})));
    this.title.addEventListener('change', () => {
      const title = this.title.value.trim();
      if (title) write(() => todos.patch(id, {title}));
      else this.title.value = this.shown;
    });
    this.title.addEventListener('keydown', event => {
      if (event.key === 'Enter') this.title.blur();
      if (event.key === 'Escape') this.title.value = this.shown;
    });
    this.remove.addEventListener('click', () =>
      write(() => todos.remove(id)));
  }

  show({id, data, state}) {
    const {title = '', done = false} = data;
    // What is being typed stays.
    if (this.title.value === this.shown || this.shown === undefined) {
      this.title.value = title;
    }
    this.shown = title;
    this.done.checked = done;
    this.element.dataset.id = id;
    this.element.dataset.state = state;
    this.element.classList.toggle('done', done);
    this.title.setAttribute('aria-label', `Title: ${title}`);
    this.done.setAttribute('aria-label', `Done: ${title}`);
    this.remove.setAttribute('aria-label', `Delete: ${title}`);
    this.showState(title, state);
  }

  showState(title, state) {
    if (state !== 'conflict' && state !== 'refused') {
      this.state.textContent = words[state];
      return;
    }
    if (this.state.querySelector('button')) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Decide';
    button.setAttribute('aria-label', `Decide: ${title}`);
    button.addEventListener('click', this.decide);
    this.state.replaceChildren(button);
  }
}
