// Puts COUNT records and their changes into a LoopBack server's memory before
// it serves: by requests it would take hours, since each looks at them all.
'use strict';

const {recordOf} = require('./records');

module.exports = (app, count) => {
  const {Todo} = app.models;
  const Change = Todo.getChangeModel();
  const {cache} = app.dataSources.db.connector;

  for (let i = 0; i < count; i++) {
    const record = new Todo(recordOf(i));
    const change = new Change({
      rev: Change.revisionForInst(record), checkpoint: 1,
      modelName: 'Todo', modelId: record.id,
    });

    cache.Todo[record.id] = JSON.stringify(record);
    cache['Todo-change'][change.id] = JSON.stringify(change);
  }
};
