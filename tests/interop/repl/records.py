# A client's copy of a model, and the rules of "To apply an update".
from wire import revision

UNKNOWN = "unknown"  # no revision: the server was never heard of the record


class Record:
    def __init__(self):
        self.data = None  # as it is here; None: deleted, or never was
        self.rev = None
        self.generation = 0  # 0: there was none yet
        self.base = UNKNOWN  # the server's, as far as is known here
        self.base_generation = 0
        self.before = []  # revisions that were here before, newest first
        self.older = set()  # of these, what was here before base
        self.pushed = {}  # since base, without an answer: generations
        self.theirs = None  # the update that it is in conflict with

    def is_changed(self):
        base = None if self.base == UNKNOWN else self.base
        return self.rev != base

    def set(self, data, rev, generation):
        if rev != self.rev and self.generation:
            self.before.insert(0, self.rev)
        self.data, self.rev, self.generation = data, rev, generation

    def rebase(self, base, generation):
        if base != self.base:
            self.older |= {self.base, *self.before} - {UNKNOWN, self.rev}
            self.pushed = {}
        self.base, self.base_generation = base, generation

    def is_own(self, update):
        """Whether it is a push whose answer was lost, and nothing more."""
        known = self.pushed.get(update["rev"])
        if known is None:
            return False
        between = self.base_generation < update.get("generation", 0) <= known
        return between or update.get("prev", "") in [self.base, *self.pushed]


class Copy:
    def __init__(self):
        self.records = {}
        self.position = None
        self.epoch = None

    def live(self):
        rows = self.records.items()
        return {id: row.data for id, row in rows if row.data is not None}

    def edit(self, id, data):
        """The user's own write; None deletes."""
        record = self.records.setdefault(id, Record())
        record.set(data, revision(data), record.generation + 1)

    def conflicts(self):
        return [i for i, r in self.records.items() if r.theirs is not None]

    def take(self, update, is_answer=False):
        record = self.records.setdefault(update["id"], Record())
        rev, generation = update["rev"], update.get("generation", 0)
        base, past = record.base, update.get("past", [])
        since_base = past[: past.index(base)] if base in past else past
        if rev == record.rev or record.is_changed() and record.is_own(update):
            record.rebase(rev, generation)
        elif not record.is_changed() or record.rev in since_base:
            record.rebase(rev, generation)
            record.set(update.get("data"), rev, generation or 1)
        elif not is_answer and (rev == base or rev in record.older):
            return
        else:
            record.theirs = update
            return
        record.theirs = None

    def resolve(self, id, data):
        """A conflict is decided: the record becomes this."""
        record = self.records[id]
        theirs, record.theirs = record.theirs, None
        generation = theirs.get("generation", 0)
        record.rebase(theirs["rev"], generation)
        generation = max(record.generation, generation) + 1
        record.set(data, revision(data), generation)

    def updates(self):
        """What is to be pushed."""
        made = []
        for id, record in self.records.items():
            if not record.is_changed() or record.theirs is not None:
                continue
            update = {
                "id": id,
                "rev": record.rev,
                "prev": None if record.base == UNKNOWN else record.base,
                "generation": record.generation,
                "past": record.before[:8],
            }
            if record.data is not None:
                update["data"] = record.data
            record.pushed[record.rev] = record.generation
            made.append(update)
        return made

    def pushed(self, updates, first, others):
        """What came of each; 'others' are those that were not taken, by their
        places, of which 'first' is that of the first update."""
        others = {other["i"]: other for other in others}
        for i, update in enumerate(updates, first):
            if i not in others:
                record = self.records[update["id"]]
                record.rebase(update["rev"], update["generation"])
            elif others[i]["outcome"] == "conflict":
                theirs = others[i].get("update")
                if theirs:
                    self.take(theirs, is_answer=True)
                else:  # nothing is known of it there
                    self.records[update["id"]].base = UNKNOWN
