/*
 * What a connector's functions (connector.h) are told, and tell: models,
 * records, rows of the journal.
 */
#ifndef WEFT_SYS_CONNECTOR_TYPES_H
#define WEFT_SYS_CONNECTOR_TYPES_H

#include <weft/buf.h>
#include <weft/error.h>

/* How a declared property is stored for plain SQL. */
enum weft_property_type {
	WEFT_TYPE_ANY,
	WEFT_TYPE_STRING,
	WEFT_TYPE_NUMBER,
	WEFT_TYPE_BOOLEAN,
	WEFT_TYPE_DATE,
	WEFT_TYPE_OBJECT,
	WEFT_TYPE_ARRAY,
	WEFT_TYPE_GEOPOINT,
	WEFT_TYPE_BUFFER
};

struct weft_connector_property {
	const char *name; /* canonical JSON text of the name, without quotes */
	enum weft_property_type type;
	bool indexed;
};

struct weft_connector_model {
	const char *name;
	const struct weft_connector_property *properties;
	size_t length;
	bool tracked; /* its records have track rows */
	int index;    /* set by define(): names the model in all other calls */
};

/* A record, or the tombstone of one. */
struct weft_connector_record {
	struct weft_slice id;
	struct weft_slice body;   /* canonical JSON; no value: a tombstone */
	struct weft_slice hidden; /* canonical JSON object, or no value */
	struct weft_slice track;  /* encoded track row; no value: not tracked,
	                             or written behind our back */
};

/* A row's op: the record's tombstone was dropped. */
#define WEFT_OP_FORGET 'f'

struct weft_connector_journal_row {
	uint64_t seq;
	int model;                 /* index */
	struct weft_slice id;
	struct weft_slice rev;     /* text; no value: a deletion */
	char op;                   /* 'c' create, 'u' update, 'd' delete, or: */
	uint64_t checkpoint;
	uint64_t time_ms;
	struct weft_slice origin;  /* peer or connection, or no value: local */
	struct weft_slice user;    /* or no value */
};

typedef int weft_connector_record_fn(
    const struct weft_connector_record *record, void *context);
typedef int weft_connector_journal_fn(
    const struct weft_connector_journal_row *row, void *context);
typedef int weft_connector_meta_fn(
    struct weft_slice name, struct weft_slice value, void *context);
typedef int weft_connector_pending_fn(int model, struct weft_slice id,
    uint64_t seq, struct weft_slice body, void *context);
typedef int weft_connector_finding_fn(struct weft_slice text, void *context);

#endif
